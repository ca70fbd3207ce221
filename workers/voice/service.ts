/** Opens voice sessions. Each lives in a Durable Object of its own, named by tenant and session. */
import type { Origin, WithEnv } from '../../shared/context.ts'
import { newId } from '../../shared/ids.ts'

/** On whose behalf a session works: the caller, never the credential. */
export type Owner = Omit<Origin, 'waitUntil'>

/** What `VoiceSession` answers to. */
interface VoiceSessionObject {
  open: (owner: Owner, options: { sessionId: string; model: string }) => unknown
  fetch: (request: Request) => Promise<Response>
}

interface VoiceEnv {
  readonly VOICE_SESSIONS: { getByName: (name: string) => VoiceSessionObject }
}
export type VoiceContext = WithEnv<VoiceEnv>

/**
 * Starts a session and hands over its socket.
 *
 * @param model Echoed to the client; the deployment's own models answer.
 * @returns the response with status 101 that carries the socket
 */
export async function openVoiceSession(ctx: VoiceContext, model: string): Promise<Response> {
  const { tenantId, actor, requestId, traceparent } = ctx
  const sessionId = newId(ctx.now())
  const session = ctx.env.VOICE_SESSIONS.getByName(`${tenantId}:${sessionId}`)
  await session.open({ tenantId, actor, requestId, traceparent }, { sessionId, model })
  // A request of our own: the caller's carries the credential, which ends here.
  const upgrade = new Request('https://voice-session/', { headers: { upgrade: 'websocket' } })
  ctx.log.info('voice session opened', { session_id: sessionId, model })
  return session.fetch(upgrade)
}
