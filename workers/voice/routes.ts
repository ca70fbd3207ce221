/** `/v1/realtime`: the door to a voice session, as clients of the OpenAI Realtime API knock. */
import { createRoute } from '@hono/zod-openapi'
import { ProblemError } from '../../shared/errors.ts'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { RealtimeQuery } from './schemas.ts'
import { openVoiceSession, type VoiceContext } from './service.ts'

const connect = limited(
  'voice.start',
  secured(
    'voice.start',
    createRoute({
      method: 'get',
      path: '/v1/realtime',
      operationId: 'openRealtimeSession',
      summary: 'Speak the OpenAI Realtime protocol (GA) over a WebSocket',
      tags: ['voice'],
      request: { query: RealtimeQuery },
      responses: {
        101: { description: 'The WebSocket is open; `session.created` is its first event' },
        ...problems('invalid_fields', 'unauthenticated', 'forbidden', 'upgrade_required'),
      },
    }),
  ),
)

export const voiceRoutes = createRouter<AppEnv<VoiceContext & LimitContext>>().openapi(
  connect,
  async (c) => {
    if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
      const detail = 'Open a WebSocket here, for instance with the OpenAI Realtime client.'
      throw new ProblemError('upgrade_required', detail)
    }
    const { webSocket } = await openVoiceSession(c.var.ctx, c.req.valid('query').model)
    const headers = new Headers({ 'x-request-id': c.var.requestId })
    if (offersRealtime(c.req.header('sec-websocket-protocol'))) {
      headers.set('sec-websocket-protocol', 'realtime')
    }
    return new Response(null, { status: 101, webSocket, headers })
  },
)

/**
 * A client that offers subprotocols needs one of them echoed, one that offers none fails on any
 * (RFC 6455, section 4.1). The credential among them is never echoed.
 */
const offersRealtime = (header: string | undefined) =>
  header?.split(',').some((name) => name.trim() === 'realtime') === true
