/** The identity Worker: the only file wrangler.identity.toml names. The edge calls it, nobody else. */
import { WorkerEntrypoint } from 'cloudflare:workers'
import {
  alertPlatform,
  type Asker,
  auditKeySet,
  checkpointOf,
  createIdentityApp,
  dueTenants,
  eraseTenantRows,
  keySet,
  noteErasure,
  noteLockout,
  permissionsOfApiKey,
  permissionsOfSession,
  tokenOfKey,
  tokenOfVoiceKey,
  runKeyRotation,
  runOrphanSweep,
  type VoiceGrant,
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

  alertBrokenLog(alert: Parameters<typeof alertPlatform>[1]) {
    return alertPlatform(this.env, alert)
  }

  permissionsNow(sessionId: string, tenantId: string) {
    return permissionsOfSession(this.env, sessionId, tenantId)
  }

  exchangeKey(key: string) {
    return tokenOfKey(this.env, key, (work) => this.ctx.waitUntil(work))
  }

  permissionsOfKey(keyId: string, tenantId: string) {
    return permissionsOfApiKey(this.env, keyId, tenantId)
  }

  noteLockout(email: string, client: Parameters<typeof noteLockout>[1]['client']) {
    return noteLockout(this.env, { email, client }, (work) => this.ctx.waitUntil(work))
  }

  signVoiceKey(asker: Asker, grant: VoiceGrant) {
    return tokenOfVoiceKey(this.env, asker, grant)
  }

  rotateKeys() {
    return runKeyRotation(this.env, (work) => this.ctx.waitUntil(work))
  }

  sweepOrphans() {
    return runOrphanSweep(this.env, (work) => this.ctx.waitUntil(work))
  }

  closeDueTenants() {
    return dueTenants(this.env)
  }

  eraseTenantRows(tenantId: string) {
    return eraseTenantRows(this.env, tenantId)
  }

  finishErasure(tenantId: string) {
    return noteErasure(this.env, tenantId)
  }
}
