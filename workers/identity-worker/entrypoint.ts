/** What the other Workers may ask of this one: its HTTP application, and the calls by RPC. */
import { WorkerEntrypoint } from 'cloudflare:workers'
import type { Client } from '../../shared/context.ts'
import { rotateAuditKeys } from '../identity/issuer/audit-key-rotation.ts'
import { type ChainEnd, publishedAuditKeys, signCheckpoint } from '../identity/issuer/audit-keys.ts'
import { permissionsNow } from '../identity/issuer/caller.ts'
import { closeDueTenants, eraseRows, finishErasure } from '../identity/issuer/erasure.ts'
import { exchangeKey, permissionsOfKey } from '../identity/issuer/key-exchange.ts'
import { rotateKeys } from '../identity/issuer/key-rotation.ts'
import {
  alertBrokenLog,
  alertRefusedKey,
  type BrokenLog,
} from '../identity/issuer/platform-alert.ts'
import { recordLockout } from '../identity/issuer/session-audit.ts'
import { publishedKeys } from '../identity/issuer/signing-keys.ts'
import { sweepOrphans } from '../identity/issuer/sweep.ts'
import { type Asker, signVoiceKey, type VoiceGrant } from '../identity/issuer/voice-key.ts'
import { type KeySet, NO_TENANT } from '../identity/schemas.ts'
import { createIdentityApp } from './app.ts'
import { callContext, identityTracer } from './context.ts'

const app = createIdentityApp()

export class Identity extends WorkerEntrypoint<IdentityEnv> {
  readonly #waitUntil = (work: Promise<unknown>) => this.ctx.waitUntil(work)
  readonly #context = () => callContext(this.env, this.#waitUntil)

  override fetch(request: Request) {
    return app.fetch(request, this.env, this.ctx)
  }

  /** The public keys every access token can be checked with. */
  jwks(): Promise<KeySet> {
    return publishedKeys(this.#context())
  }

  /** The public keys of checkpoints, old ones too. */
  auditKeys() {
    return publishedAuditKeys(this.#context())
  }

  /** A signature under where a tenant's audit log stands. */
  signCheckpoint(chain: ChainEnd) {
    return signCheckpoint(this.#context(), chain)
  }

  /** Tells those who run the platform that a tenant's audit log is broken. */
  alertBrokenLog(alert: BrokenLog): Promise<void> {
    return alertBrokenLog(this.#context(), alert)
  }

  /** Tells those who run the platform that a model provider refuses the deployment's key. */
  alertRefusedKey(provider: string): Promise<void> {
    return alertRefusedKey(this.#context(), provider)
  }

  /** What a session may do in a tenant at this moment, for the edge's guards; null when it ended. */
  permissionsNow(sessionId: string, tenantId: string, traceparent?: string) {
    return this.#serve('permissionsNow', { traceparent, tenantId }, () =>
      permissionsNow(this.#context(), sessionId, tenantId),
    )
  }

  /** An access token for an API key, whose use is noted after the answer; null when it is not valid. */
  exchangeKey(key: string, traceparent?: string): Promise<string | null> {
    return this.#serve('exchangeKey', { traceparent }, async () => {
      const exchanged = await exchangeKey(this.#context(), key)
      if (!exchanged) return null
      this.#waitUntil(exchanged.noteUse())
      return exchanged.token
    })
  }

  /** What an API key may do in its tenant at this moment; null when it ended. */
  permissionsOfKey(keyId: string, tenantId: string, traceparent?: string) {
    return this.#serve('permissionsOfKey', { traceparent, tenantId }, () =>
      permissionsOfKey(this.#context(), keyId, tenantId),
    )
  }

  /** A voice key's token for `asker`; null when they may not have one. */
  signVoiceKey(asker: Asker, grant: VoiceGrant) {
    return this.#serve('signVoiceKey', { traceparent: asker.traceparent }, () =>
      signVoiceKey(this.#context(), asker, grant),
    )
  }

  /** Says in the log of the account's tenants that guessing at it is slowed down. */
  noteLockout(email: string, client: Client): Promise<void> {
    return recordLockout({ ...this.#context(), client }, email)
  }

  /** Called by the edge's minute cron, like all that follow. */
  rotateKeys(traceparent?: string): Promise<void> {
    return this.#serve('rotateKeys', { traceparent }, async () => {
      const ctx = this.#context()
      await rotateKeys(ctx)
      await rotateAuditKeys(ctx)
    })
  }

  /** @returns how many accounts nobody can sign in to were removed */
  sweepOrphans(traceparent?: string): Promise<number> {
    return this.#serve('sweepOrphans', { traceparent }, () => sweepOrphans(this.#context()))
  }

  /** Ends the memberships of tenants whose deletion is due. @returns ids of those to erase now */
  closeDueTenants(traceparent?: string): Promise<string[]> {
    return this.#serve('closeDueTenants', { traceparent }, () => closeDueTenants(this.#context()))
  }

  /** Rows of a closed tenant, some at a time. @returns whether none is left */
  eraseTenantRows(tenantId: string): Promise<boolean> {
    return eraseRows(this.#context(), tenantId)
  }

  finishErasure(tenantId: string): Promise<void> {
    return finishErasure(this.#context(), tenantId)
  }

  /** Runs a call in the trace of the work it serves. */
  #serve<Result>(
    method: string,
    { traceparent, tenantId = NO_TENANT }: { traceparent: string | undefined; tenantId?: string },
    work: () => Promise<Result>,
  ) {
    const waitUntil = this.#waitUntil
    const entry = { traceparent, tenantId, requestId: crypto.randomUUID(), waitUntil }
    const start = { name: `identity.${method}`, kind: 'server' } as const
    return identityTracer.enter(this.env, entry, start, work)
  }
}
