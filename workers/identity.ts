/** The identity Worker: the only file wrangler.identity.toml names. The edge calls it, nobody else. */
import { WorkerEntrypoint } from 'cloudflare:workers'
import {
  auditKeySet,
  checkpointOf,
  createIdentityApp,
  keySet,
  permissionsOfSession,
} from './identity-app.ts'

const app = createIdentityApp()

export class Identity extends WorkerEntrypoint<IdentityEnv> {
  override fetch(request: Request) {
    return app.fetch(request, this.env, this.ctx)
  }

  jwks() {
    return keySet(this.env)
  }

  auditKeys() {
    return auditKeySet(this.env)
  }

  signCheckpoint(chain: Parameters<typeof checkpointOf>[1]) {
    return checkpointOf(this.env, chain)
  }

  permissionsNow(sessionId: string, tenantId: string) {
    return permissionsOfSession(this.env, sessionId, tenantId)
  }
}
