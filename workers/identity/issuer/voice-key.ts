/** Voice keys: whoever asks for one is looked at again, the log is told, and the key is signed. */
import type { JWTPayload } from 'jose'
import type { ServiceContext } from '../../../shared/context.ts'
import { reaching } from '../../../shared/database.ts'
import { noteTenant } from '../../../shared/tracing.ts'
import { auditEntry } from '../../audit/service.ts'
import { signVoiceToken } from './access-token.ts'
import { heldNow } from './caller.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'

/** Who asks, as the edge knows them. */
export type Asker = Pick<ServiceContext, 'tenantId' | 'actor' | 'requestId' | 'traceparent'>

/** What the key says beyond who asked: the voice feature's to choose. */
export type VoiceGrant = JWTPayload & { jti: string; exp: number }

/** @returns the signed token; null when the asker may not start voice sessions any more */
export async function signVoiceKey(
  ctx: IssuerContext,
  asker: Asker,
  grant: VoiceGrant,
): Promise<string | null> {
  const { tenantId, actor } = asker
  noteTenant(tenantId)
  const held = await heldNow(ctx, tenantId, actor)
  if (actor.type === 'system' || !held?.includes('voice.start')) return null
  const resource = { type: 'voice_key', id: grant.jti }
  const entry = auditEntry({ ...asker, now: ctx.now }, 'voice.key.create', { resource })
  await reaching(authDatabaseOf(ctx.env).execute(entry))
  const who =
    actor.type === 'key'
      ? { sub: actor.keyId }
      : { sub: actor.userId, sid: actor.sessionId, act: actor.actedBy && { sub: actor.actedBy } }
  return signVoiceToken(ctx, { ...grant, ...who, org: tenantId })
}
