/**
 * Opens voice sessions, and leads those with a voice key back to theirs. Each session lives in a
 * Durable Object of its own, named by tenant and session; a voice key's session has the key's id, so
 * that all its dials meet in one object, which decides.
 */
import type { Origin, WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { noteSession } from '../../shared/tracing.ts'
import { type AssistantContent, serveAssistant } from '../assistant/service.ts'
import { type AuditContext, recordAudit } from '../audit/service.ts'
import { type Maker, sessionOfToken, type Verdict } from './admission.ts'
import { assistantIn, type SessionUpdate } from './config.ts'
import { type LinesEnv, takeLine } from './lines-client.ts'
import { type SignerContext, standingOf, type VoiceKey } from './voice-key-service.ts'
import { misuseOf } from './voice-key.ts'

export { freeLine } from './lines-client.ts'

/** On whose behalf a session works: the caller, never the credential. */
export type Owner = Omit<Origin, 'waitUntil'>

export interface Opening {
  sessionId: string
  model: string
  /** The tenant's own assistant that answers, as it is served now. */
  assistant?: AssistantContent | undefined
}

/** An opening by voice key. */
export interface KeyedOpening extends Opening {
  session: SessionUpdate
  /** Milliseconds since the epoch from which the key opens no session any more. */
  keyExpiresAt: number
  maker: Maker
}

export interface Admission {
  verdict: Verdict
  /** Lets one request connect. */
  ticket: string
}

/** Header of a request that connects to a session by ticket. */
export const TICKET = 'x-voice-ticket'

/** What `VoiceSession` answers to. */
interface VoiceSessionObject {
  open: (owner: Owner, opening: Opening) => unknown
  admit: (owner: Owner, opening: KeyedOpening) => Promise<Admission>
  readmit: (owner: Owner, token: string) => Promise<Admission>
  fetch: (request: Request) => Promise<Response>
  watch: (owner: Owner) => Promise<string | null>
  hangUp: () => Promise<boolean>
}

interface VoiceEnv {
  readonly VOICE_SESSIONS: { getByName: (name: string) => VoiceSessionObject }
}
export type VoiceContext = WithEnv<VoiceEnv & LinesEnv> &
  SignerContext &
  AuditContext &
  Parameters<typeof serveAssistant>[0]

/**
 * The assistant a model such as `assistant:help-desk` names, in the version that is served to the caller now.
 *
 * @returns undefined for any other model: ours answers
 * @throws ProblemError not_found; conflict for an archived one
 */
export async function chooseAssistant(
  ctx: VoiceContext,
  model: string,
): Promise<AssistantContent | undefined> {
  const named = assistantIn(model)
  if (named === undefined) return undefined
  try {
    return (await serveAssistant(ctx, named))?.content
  } catch (error) {
    if (!(error instanceof ProblemError) || !error.errors) throw error
    const errors = error.errors.map(({ detail }) => ({ in: 'query', pointer: '/model', detail }))
    throw new ProblemError(error.code, error.message, { errors, cause: error })
  }
}

/**
 * Starts a session and hands over its socket.
 *
 * @param model Echoed to the client. `assistant:` and the id or slug of one of the tenant's own lets that
 *   one answer; otherwise ours does, with the deployment's own models.
 * @returns the response with status 101 that carries the socket
 */
export async function openVoiceSession(ctx: VoiceContext, model: string): Promise<Response> {
  const assistant = await chooseAssistant(ctx, model)
  const sessionId = newId(ctx.now())
  noteSession(sessionId)
  await takeLine(ctx, sessionId)
  const object = objectOf(ctx, sessionId)
  await object.open(ownerOf(ctx), { sessionId, model, assistant })
  ctx.log.info('voice session opened', { session_id: sessionId, model })
  return object.fetch(upgrade())
}

/**
 * The first dial of a key opens its session; later ones return to it, and the last one stays.
 *
 * @param dial The model as the dial names it, or else the key; the origin of the page that dials
 * @throws ProblemError forbidden to pages and models the key is not for; unauthenticated when it was
 *   never used in its time, or its maker lost the right before; conflict to those who dial beside
 *   another; dependency_down for a first dial while identity does not answer
 */
export async function dialVoiceSession(
  ctx: VoiceContext,
  key: VoiceKey,
  { model, origin }: { model: string; origin: string | null },
): Promise<Response> {
  const misuse = misuseOf(key, origin, model)
  if (misuse) throw new ProblemError('forbidden', misuse)
  const { keyId: sessionId, expiresAt: keyExpiresAt, session } = key
  noteSession(sessionId)
  const object = objectOf(ctx, sessionId)
  const [assistant, maker] = await Promise.all([chooseAssistant(ctx, model), standingOf(ctx)])
  const opening = { sessionId, model, session, keyExpiresAt, maker, assistant }
  const { verdict, ticket } = await object.admit(ownerOf(ctx), opening)
  ctx.log.info('voice key dialled', { session_id: sessionId, model, verdict })
  const refusal = REFUSALS[verdict]
  if (refusal) throw new ProblemError(...refusal)
  await takeLine(ctx, sessionId)
  return object.fetch(upgrade(ticket))
}

/**
 * Goes on with a session whose socket was lost, for whoever opened it; its other socket is closed.
 *
 * @param token As `voiceassist.resume` told it.
 * @throws ProblemError not_found when it is of no session of the caller's; rate_limited
 */
export async function resumeVoiceSession(ctx: VoiceContext, token: string): Promise<Response> {
  const sessionId = sessionOfToken(token)
  noteSession(sessionId)
  const object = objectOf(ctx, sessionId)
  const { verdict, ticket } = await object.readmit(ownerOf(ctx), token)
  ctx.log.info('voice session dialled again', { session_id: sessionId, verdict })
  const refusal = REFUSALS[verdict]
  if (refusal) throw new ProblemError(...refusal)
  await takeLine(ctx, sessionId)
  return object.fetch(upgrade(ticket))
}

const REFUSALS: Partial<Record<Verdict, ConstructorParameters<typeof ProblemError>>> = {
  unknown: ['not_found', 'You have no session that this token goes on with; open a new one.'],
  rival: ['conflict', 'This key is being used by another connection that came first.'],
  expired: ['unauthenticated', 'The key has expired unused; POST /v1/realtime/client_secrets.'],
  revoked: ['unauthenticated', 'Whoever made this key may not start voice sessions any more.'],
  unsure: [
    'dependency_down',
    'A new session needs a fresh look at who made the key, and the identity service is down.',
    { retryAfterSeconds: 5 },
  ],
}

/**
 * Connects a supervisor to a session that runs.
 *
 * @throws ProblemError not_found where there is none, or as many follow it as may
 */
export async function followVoiceSession(ctx: VoiceContext, callId: string): Promise<Response> {
  noteSession(callId)
  const object = objectOf(ctx, callId)
  const ticket = await object.watch(ownerOf(ctx))
  if (ticket === null) throw missing()
  ctx.log.info('voice session followed', { session_id: callId })
  return object.fetch(upgrade(ticket))
}

/** @throws ProblemError not_found where no such session runs */
export async function hangUp(ctx: VoiceContext, callId: string): Promise<void> {
  if (!(await objectOf(ctx, callId).hangUp())) throw missing()
  recordAudit(ctx, 'voice.hangup', { resource: { type: 'voice_session', id: callId } })
}

/**
 * Telephone calls alone can be handed on; a session over a WebSocket has no line to transfer.
 *
 * @throws ProblemError not_found where no such session runs; conflict
 */
export async function refer(ctx: VoiceContext, callId: string): Promise<never> {
  const isLive = (await objectOf(ctx, callId).watch(ownerOf(ctx))) !== null
  if (!isLive) throw missing()
  const detail =
    'This session came over a WebSocket, which has no line to transfer; only telephone calls can be referred.'
  throw new ProblemError('conflict', detail)
}

const missing = () => new ProblemError('not_found', 'No such voice session is running.')

const objectOf = ({ env, tenantId }: VoiceContext, sessionId: string) =>
  env.VOICE_SESSIONS.getByName(`${tenantId}:${sessionId}`)

const ownerOf = (ctx: VoiceContext): Owner => {
  const { tenantId, actor, requestId, traceparent, endpoint } = ctx
  return { tenantId, actor, requestId, traceparent, ...(endpoint !== undefined && { endpoint }) }
}

/** A request of our own: the caller's carries the credential, which ends here. */
function upgrade(ticket?: string): Request {
  const headers = { upgrade: 'websocket', ...(ticket && { [TICKET]: ticket }) }
  return new Request('https://voice-session/', { headers })
}
