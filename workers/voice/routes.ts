/** `/v1/realtime`: the door to a voice session, as clients of the OpenAI Realtime API knock, and keys to it. */
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { ProblemError } from '../../shared/errors.ts'
import { lacking, may, secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import type { TokenEnv } from '../identity/service.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { ClientSecret, NewClientSecret, RealtimeQuery, ReferCall } from './schemas.ts'
import {
  chooseAssistant,
  dialVoiceSession,
  followVoiceSession,
  hangUp,
  openVoiceSession,
  refer,
  resumeVoiceSession,
  type VoiceContext,
} from './service.ts'
import { createVoiceKey, readVoiceKey } from './voice-key-service.ts'

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
      ...problems('invalid_fields', 'unauthenticated', 'forbidden', 'not_found', 'conflict'),
      ...problems('dependency_down'),
    },
  }),
)

const params = z.object({ id: z.uuid('must be the id of a session') })
const CALLS = '/v1/realtime/calls/{id}'

const hangup = secured(
  'voice.supervise',
  createRoute({
    method: 'post',
    path: `${CALLS}/hangup`,
    operationId: 'hangUpRealtimeCall',
    tags: ['voice'],
    request: { params },
    responses: {
      200: { description: 'The session has ended' },
      ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_fields'),
    },
  }),
)

const referCall = secured(
  'voice.supervise',
  createRoute({
    method: 'post',
    path: `${CALLS}/refer`,
    operationId: 'referRealtimeCall',
    summary: 'Hands a telephone call on; sessions over WebSockets answer 409',
    tags: ['voice'],
    request: { params, body: jsonBody(ReferCall) },
    responses: {
      200: { description: 'The call is handed on' },
      ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'invalid_fields'),
    },
  }),
)

export const voiceRoutes = createRouter<VoiceRoutes>()
  .openapi(hangup, async (c) => {
    await hangUp(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 200)
  })
  .openapi(referCall, async (c) => refer(c.var.ctx, c.req.valid('param').id))
  .openapi(createSecret, async (c) => {
    const asked = c.req.valid('json')
    // Told now rather than at the dial.
    await chooseAssistant(c.var.ctx, asked.session.model ?? '')
    return c.json(await createVoiceKey(c.var.ctx, asked), 200)
  })
  .openapi(connect, async (c) => {
    const { call_id: callId, ...query } = c.req.valid('query')
    const connecting = callId ? await follower(c, callId) : await starter(c, query)
    if (c.req.header('upgrade')?.toLowerCase() !== 'websocket') {
      const detail = 'Open a WebSocket here, for instance with the OpenAI Realtime client.'
      throw new ProblemError('upgrade_required', detail)
    }
    const { webSocket } = await connecting()
    const headers = new Headers({ 'x-request-id': c.var.requestId })
    if (offersRealtime(c.req.header('sec-websocket-protocol'))) {
      headers.set('sec-websocket-protocol', 'realtime')
    }
    return new Response(null, { status: 101, webSocket, headers })
  })

/**
 * Opens a session, or leads back to one: a voice key finds its own by itself, other credentials need a
 * token for that.
 *
 * @throws ProblemError before anybody is connected
 */
async function starter(
  c: Context<VoiceRoutes>,
  { model: named, resume }: z.output<typeof RealtimeQuery>,
) {
  const key = await readVoiceKey(c.env, c.req.raw.headers)
  const model = named ?? key?.model ?? noModel()
  const dial = { model, origin: c.req.header('origin') ?? null }
  const { ctx } = c.var
  if (key) return () => dialVoiceSession(ctx, key, dial)
  return () =>
    resume === undefined ? openVoiceSession(ctx, model) : resumeVoiceSession(ctx, resume)
}

/** Looked up afresh: whoever may not supervise any more hears nobody. @throws ProblemError forbidden */
async function follower({ var: { ctx, onDenied, confirm } }: Context<VoiceRoutes>, callId: string) {
  if (!may(ctx.actor, 'voice.supervise')) {
    onDenied(ctx, 'voice.supervise')
    throw lacking('voice.supervise')
  }
  await confirm(ctx, 'voice.supervise')
  return () => followVoiceSession(ctx, callId)
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
