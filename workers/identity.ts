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
  serveCall,
  type VoiceGrant,
} from './identity-app.ts'

/** Here, for every Worker that counts or spends is deployed after this one. */
export { Budget } from '../durable-objects/budget.ts'
export { MetricsShard } from '../durable-objects/metrics-shard.ts'

const app = createIdentityApp()

export class Identity extends WorkerEntrypoint<IdentityEnv> {
  readonly #waitUntil = (work: Promise<unknown>) => this.ctx.waitUntil(work)

  override fetch(request: Request) {
    return app.fetch(request, this.env, this.ctx)
  }

  jwks() {
    return keySet(this.env, this.#waitUntil)
  }

  auditKeys() {
    return auditKeySet(this.env, this.#waitUntil)
  }

  signCheckpoint(chain: Parameters<typeof checkpointOf>[1]) {
    return checkpointOf(this.env, chain, this.#waitUntil)
  }

  alertBrokenLog(alert: Parameters<typeof alertPlatform>[1]) {
    return alertPlatform(this.env, alert)
  }

  #serve<Result>(method: string, traceparent: string | undefined, work: () => Promise<Result>) {
    const call = { method, waitUntil: this.#waitUntil, ...(traceparent && { traceparent }) }
    return serveCall(this.env, call, work)
  }

  permissionsNow(sessionId: string, tenantId: string, traceparent?: string) {
    return this.#serve('permissionsNow', traceparent, () =>
      permissionsOfSession(this.env, sessionId, tenantId, this.#waitUntil),
    )
  }

  exchangeKey(key: string, traceparent?: string) {
    return this.#serve('exchangeKey', traceparent, () => tokenOfKey(this.env, key, this.#waitUntil))
  }

  permissionsOfKey(keyId: string, tenantId: string, traceparent?: string) {
    return this.#serve('permissionsOfKey', traceparent, () =>
      permissionsOfApiKey(this.env, keyId, tenantId, this.#waitUntil),
    )
  }

  noteLockout(email: string, client: Parameters<typeof noteLockout>[1]['client']) {
    return noteLockout(this.env, { email, client }, (work) => this.ctx.waitUntil(work))
  }

  signVoiceKey(asker: Asker, grant: VoiceGrant) {
    return this.#serve('signVoiceKey', asker.traceparent, () =>
      tokenOfVoiceKey(this.env, asker, grant, this.#waitUntil),
    )
  }

  rotateKeys() {
    return runKeyRotation(this.env, this.#waitUntil)
  }

  sweepOrphans() {
    return runOrphanSweep(this.env, this.#waitUntil)
  }

  closeDueTenants() {
    return dueTenants(this.env, this.#waitUntil)
  }

  eraseTenantRows(tenantId: string) {
    return eraseTenantRows(this.env, tenantId, this.#waitUntil)
  }

  finishErasure(tenantId: string) {
    return noteErasure(this.env, tenantId, this.#waitUntil)
  }
}

/** It handles nothing; `wrangler dev` does not start a Worker with Durable Objects without one. */
export default {} satisfies ExportedHandler<IdentityEnv>
