/** `/v1/realtime`: the door to a voice session, as clients of the OpenAI Realtime API knock, and keys to it. */
import { createRoute } from '@hono/zod-openapi'
import { ProblemError } from '../../shared/errors.ts'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import type { TokenEnv } from '../identity/service.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { ClientSecret, NewClientSecret, RealtimeQuery } from './schemas.ts'
import {
  dialVoiceSession,
  openVoiceSession,
  resumeVoiceSession,
  type VoiceContext,
} from './service.ts'
import { createVoiceKey, readVoiceKey, type VoiceKey } from './voice-key-service.ts'

interface VoiceRoutes extends AppEnv<VoiceContext & LimitContext> {
  Bindings: TokenEnv
}

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
        ...problems(
          'invalid_fields',
          'unauthenticated',
          'forbidden',
          'not_found',
          'conflict',
          'upgrade_required',
        ),
      },
    }),
    'voice_key',
  ),
)

const createSecret = secured(
  'voice.start',
  createRoute({
    method: 'post',
    path: '/v1/realtime/client_secrets',
    operationId: 'createRealtimeClientSecret',
    summary: 'A short-lived key with which one page may open one voice session',
    tags: ['voice'],
    request: { body: jsonBody(NewClientSecret) },
    responses: {
      200: json(ClientSecret, 'The key, and what its session will begin with'),
      ...problems('invalid_fields', 'unauthenticated', 'forbidden', 'dependency_down'),
    },
  }),
)

export const voiceRoutes = createRouter<VoiceRoutes>()
  .openapi(createSecret, async (c) =>
    c.json(await createVoiceKey(c.var.ctx, c.req.valid('json')), 200),
  )
  .openapi(connect, async (c) => {
    const key = await readVoiceKey(c.env, c.req.raw.headers)
    const { resume, model: named } = c.req.valid('query')
    const model = named ?? key?.model ?? noModel()
    if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
      const detail = 'Open a WebSocket here, for instance with the OpenAI Realtime client.'
      throw new ProblemError('upgrade_required', detail)
    }
    const dial = { model, origin: c.req.header('origin') ?? null }
    const { webSocket } = await connectTo(c.var.ctx, { key, dial, resume })
    const headers = new Headers({ 'x-request-id': c.var.requestId })
    if (offersRealtime(c.req.header('sec-websocket-protocol'))) {
      headers.set('sec-websocket-protocol', 'realtime')
    }
    return new Response(null, { status: 101, webSocket, headers })
  })

interface Dialling {
  key: VoiceKey | undefined
  dial: { model: string; origin: string | null }
  resume: string | undefined
}

/** A voice key finds its session by itself; other credentials need a token for that. */
function connectTo(ctx: VoiceContext, { key, dial, resume }: Dialling): Promise<Response> {
  if (key) return dialVoiceSession(ctx, key, dial)
  return resume === undefined ? openVoiceSession(ctx, dial.model) : resumeVoiceSession(ctx, resume)
}

/**
 * A client that offers subprotocols needs one of them echoed, one that offers none fails on any
 * (RFC 6455, section 4.1). The credential among them is never echoed.
 */
const offersRealtime = (header: string | undefined) =>
  header?.split(',').some((name) => name.trim() === 'realtime') === true

function noModel(): never {
  throw new ProblemError('invalid_fields', 'Correct the fields named in errors.', {
    errors: [{ in: 'query', pointer: '/model', detail: 'Name a model.' }],
  })
}
