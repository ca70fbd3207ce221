/** HTTP for voice sessions that are remembered, their recordings, and what a tenant allows. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import {
  VoiceHistoryQuery,
  VoiceSessionPage,
  VoiceSettings,
  VoiceTranscript,
} from './history-schemas.ts'
import {
  eraseVoiceSession,
  getVoiceSettings,
  getVoiceTranscript,
  type HistoryContext,
  listVoiceSessions,
  playRecording,
  setVoiceSettings,
} from './history-service.ts'

const tags = ['voice']
const PATH = '/api/voice/sessions/{id}'
const params = z.object({ id: z.uuid('must be an id this API gave') })
const REFUSALS = problems('unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down')

const list = secured(
  'voice.start',
  createRoute({
    method: 'get',
    path: '/api/voice/sessions',
    operationId: 'listVoiceSessions',
    tags,
    request: { query: VoiceHistoryQuery },
    responses: {
      200: json(
        VoiceSessionPage,
        'Newest first: the caller’s own or, with voice.supervise or voice.recording, everybody’s',
      ),
      ...REFUSALS,
    },
  }),
)

const get = secured(
  'voice.start',
  createRoute({
    method: 'get',
    path: PATH,
    operationId: 'getVoiceSession',
    tags,
    request: { params },
    responses: {
      200: json(VoiceTranscript, 'It, with what was said and heard so far'),
      ...REFUSALS,
      ...problems('not_found'),
    },
  }),
)

const play = secured(
  'voice.recording',
  createRoute({
    method: 'get',
    path: `${PATH}/recording`,
    operationId: 'playVoiceRecording',
    summary: 'The recording as WAV: mu-law, 8 kHz, the caller left, the assistant right',
    tags,
    request: { params, headers: z.object({ range: z.string().optional() }) },
    responses: {
      200: { description: 'All of it' },
      206: { description: 'The range that was asked for' },
      416: { description: 'The range begins behind the end' },
      ...REFUSALS,
      ...problems('not_found'),
    },
  }),
)

const erase = limited(
  'admin.write',
  secured(
    'voice.recording',
    createRoute({
      method: 'delete',
      path: PATH,
      operationId: 'deleteVoiceSession',
      tags,
      request: { params },
      responses: {
        204: { description: 'Erased: transcript, recording, and what its object kept' },
        ...REFUSALS,
        ...problems('not_found', 'conflict'),
      },
    }),
  ),
)

const getSettings = secured(
  'voice.start',
  createRoute({
    method: 'get',
    path: '/api/voice/settings',
    operationId: 'getVoiceSettings',
    tags,
    responses: { 200: json(VoiceSettings, 'What the tenant allows'), ...REFUSALS },
  }),
)

const putSettings = limited(
  'admin.write',
  secured(
    'tenant.update',
    createRoute({
      method: 'put',
      path: '/api/voice/settings',
      operationId: 'setVoiceSettings',
      tags,
      request: { body: jsonBody(VoiceSettings) },
      responses: {
        200: json(VoiceSettings, 'For sessions that are recorded from now on'),
        ...REFUSALS,
      },
    }),
  ),
)

export const voiceHistoryRoutes = createRouter<AppEnv<HistoryContext & LimitContext>>()
  .openapi(list, async (c) => c.json(await listVoiceSessions(c.var.ctx, c.req.valid('query')), 200))
  .openapi(get, async (c) =>
    c.json(await getVoiceTranscript(c.var.ctx, c.req.valid('param').id), 200),
  )
  .openapi(play, (c) =>
    playRecording(c.var.ctx, c.req.valid('param').id, c.req.valid('header').range),
  )
  .openapi(erase, async (c) => {
    await eraseVoiceSession(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(getSettings, async (c) => c.json(await getVoiceSettings(c.var.ctx), 200))
  .openapi(putSettings, async (c) =>
    c.json(await setVoiceSettings(c.var.ctx, c.req.valid('json')), 200),
  )
