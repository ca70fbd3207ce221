/** Making voice keys and reading them. Both ends trust the identity Worker's signature alone. */
import type { z } from 'zod'
import type { Actor, Caller, ServiceContext, WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { currentTraceparent, withSpan } from '../../shared/tracing.ts'
import {
  confirm,
  credentialOf,
  type SessionsEnv,
  type TokenEnv,
  verifySigned,
} from '../identity/service.ts'
import type { Maker } from './admission.ts'
import { defaultsOf, type SessionUpdate, updateConfig } from './config.ts'
import { openSession } from './opening.ts'
import type { ClientSecret, NewClientSecret } from './schemas.ts'
import { OUTLIVES, PREFIX, VoiceClaims } from './voice-key.ts'
import { sessionOf } from './wire.ts'

type Asker = Pick<ServiceContext, 'tenantId' | 'actor' | 'requestId' | 'traceparent'>

interface SignerEnv extends SessionsEnv {
  readonly TRANSCRIPTION_MODEL: string
  readonly SPEECH_VOICE: string
  readonly IDENTITY: SessionsEnv['IDENTITY'] & {
    /** The token of a key that says `grant`; null when the asker may not have one now. */
    signVoiceKey(asker: Asker, grant: { jti: string; exp: number }): Promise<string | null>
  }
}
export type SignerContext = WithEnv<SignerEnv>

/** A key that was signed for the caller; whether it opens a session is the session's matter. */
export interface VoiceKey extends Caller {
  keyId: string
  /** Milliseconds since the epoch from which it opens no session any more. */
  expiresAt: number
  origin: string | undefined
  model: string | undefined
  session: SessionUpdate
}

const VOICE = { typ: 'va-voice+jwt', audience: 'va-voice', tolerance: OUTLIVES }

/** What a session needs to be shown before there is one. */
const SHOWN_MODEL = 'voiceassist'

/**
 * @throws ProblemError forbidden when the caller's session, key or right has ended; dependency_down
 */
export async function createVoiceKey(
  ctx: SignerContext,
  { expires_after: expiry, session, origin }: NewClientSecret,
): Promise<ClientSecret> {
  const { tenantId, actor, plan, requestId, traceparent, env } = ctx
  const keyId = newId(ctx.now())
  const exp = Math.floor(ctx.now().getTime() / 1000) + expiry.seconds
  const environment = actor.type === 'key' ? actor.environment : undefined
  const own = { ses: session, mdl: session.model, ori: origin, pln: plan, env: environment }
  const grant = { jti: keyId, exp, ...own }
  const asker = { tenantId, actor, requestId, traceparent }
  const token = await sign(env, asker, grant)
  const { model = SHOWN_MODEL } = session
  const config = updateConfig(defaultsOf(env, model), session)
  const shown = openSession({ id: keyId, config, maxTurns: 0, graceMs: 0, at: exp * 1000 })
  return { value: PREFIX + token, expires_at: exp, session: sessionOf(shown) }
}

async function sign({ IDENTITY }: SignerEnv, asker: Asker, grant: { jti: string; exp: number }) {
  let token: string | null
  try {
    token = await withSpan({ name: 'identity.signVoiceKey', kind: 'client' }, () =>
      IDENTITY.signVoiceKey(
        { ...asker, traceparent: currentTraceparent() ?? asker.traceparent },
        grant,
      ),
    )
  } catch (cause) {
    const detail = 'Keys cannot be signed now: the identity service does not answer.'
    throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
  }
  if (token !== null) return token
  throw new ProblemError('forbidden', 'You may not start voice sessions any more; sign in again.')
}

/**
 * The voice key a request brings; undefined when its credential is something else.
 *
 * @throws ProblemError unauthenticated when it is not one of ours, or too old for any session
 */
export async function readVoiceKey(
  env: TokenEnv,
  headers: Headers,
  now = new Date(),
): Promise<VoiceKey | undefined> {
  const text = credentialOf(headers)
  if (!text?.startsWith(PREFIX)) return undefined
  const payload = await verifySigned(env, text.slice(PREFIX.length), VOICE, now)
  const claims = VoiceClaims.safeParse(payload)
  if (!claims.success) throw new ProblemError('unauthenticated', 'The voice key is not valid.')
  const { jti: keyId, exp, org: tenantId, pln, ori: origin, mdl: model, ses: session } = claims.data
  const caller = { tenantId, actor: actorOf(claims.data), ...(pln !== undefined && { plan: pln }) }
  return { ...caller, keyId, expiresAt: exp * 1000, origin, model, session }
}

/** Longest wait, in milliseconds, for identity's word on a maker. */
const STANDING_MS = 2000

/** Whether whoever made the key that was dialled may start sessions now. */
export async function standingOf({ env, tenantId, actor }: SignerContext): Promise<Maker> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Maker>((resolve) => {
    timer = setTimeout(() => resolve('unknown'), STANDING_MS)
  })
  const asked = confirm(env, { tenantId, actor }, 'voice.start').then(
    (): Maker => 'allowed',
    (error: unknown): Maker =>
      error instanceof ProblemError && error.code !== 'dependency_down' ? 'revoked' : 'unknown',
  )
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Whoever made the key, with no right but the one it was made for. */
function actorOf({ sub, sid, act, env: environment }: z.infer<typeof VoiceClaims>): Actor {
  const permissions = new Set(['voice.start'])
  if (sid === undefined) {
    return {
      type: 'key',
      keyId: sub,
      permissions,
      ...(environment !== undefined && { environment }),
    }
  }
  const actedBy = act && { actedBy: act.sub }
  return { type: 'user', userId: sub, sessionId: sid, permissions, ...actedBy }
}
