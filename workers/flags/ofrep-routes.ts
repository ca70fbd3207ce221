/** OFREP 0.3: one flag, all flags, and the stream of changes. */
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { allowPages } from '../../shared/cors.ts'
import { open, secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody } from '../../shared/http.ts'
import { isClientKey } from '../identity/service.ts'
import { type Audience, knownTag } from './answers.ts'
import { type EvaluationContext, evaluateAll, evaluateFlag } from './evaluation-service.ts'
import type { Announcement, HubEnv } from './hub-client.ts'
import {
  BulkQuery,
  BulkResponse,
  EvaluationRequest,
  EvaluationResponse,
  StreamQuery,
} from './ofrep-schemas.ts'
import { openStream, sinceOf } from './stream-service.ts'
import { readTicket, type TicketEnv } from './ticket-service.ts'

interface EvaluationRoutes extends AppEnv<EvaluationContext> {
  Bindings: HubEnv & TicketEnv
}

const evaluate = secured(
  'flag.evaluate',
  createRoute({
    method: 'post',
    path: '/ofrep/v1/evaluate/flags/{key}',
    operationId: 'evaluateFlag',
    tags: ['flags'],
    request: { params: z.object({ key: z.string() }), body: jsonBody(EvaluationRequest) },
    responses: { 200: json(EvaluationResponse, 'The value, and the reason for it') },
  }),
)

const evaluateEvery = secured(
  'flag.evaluate',
  createRoute({
    method: 'post',
    path: '/ofrep/v1/evaluate/flags',
    operationId: 'evaluateFlags',
    tags: ['flags'],
    request: { query: BulkQuery, body: jsonBody(EvaluationRequest) },
    responses: {
      200: json(BulkResponse, 'All flags the key may see, with an entity tag'),
      304: { description: 'The caller has this answer: its tag is in If-None-Match' },
    },
  }),
)

const stream = open(
  createRoute({
    method: 'get',
    path: '/ofrep/v1/stream',
    operationId: 'streamFlagChanges',
    summary: 'Server-sent events that say when to ask for the flags again; opened with a ticket',
    tags: ['flags'],
    request: { query: StreamQuery },
    responses: { 200: { description: 'text/event-stream, OFREP’s refetchEvaluation events' } },
  }),
)

/** Evaluation is for pages too: a client key may be in one. */
const router = createRouter<EvaluationRoutes>()
router.use('/ofrep/*', allowPages)

export const ofrepRoutes = router
  .openapi(evaluate, async (c) => {
    const { key } = c.req.valid('param')
    // Not `c.var`, which copies all there is.
    const answer = await evaluateFlag(c.get('ctx'), audienceOf(c), key, c.req.valid('json'))
    return c.json(answer, 200)
  })
  .openapi(evaluateEvery, async (c) => {
    const { flagConfigEtag } = c.req.valid('query')
    const { tag, body } = await evaluateAll(c.get('ctx'), audienceOf(c), {
      request: c.req.valid('json'),
      tag: knownTag(c.req.header('if-none-match')),
      announced: sinceOf(flagConfigEtag),
    })
    c.header('etag', tag)
    return body ? c.body(body, 200, { 'content-type': 'application/json' }) : c.body(null, 304)
  })
  .openapi(stream, async (c) => {
    const { ticket, since } = c.req.valid('query')
    const place = await readTicket(c.env, ticket, new Date())
    const from = sinceOf(c.req.header('last-event-id'), since)
    return openStream(c.env, place, from, refetch)
  })

/** What is no key is no client's. */
const audienceOf = (c: Context<EvaluationRoutes>): Audience =>
  c.get('ctx').actor.type === 'key' && isClientKey(c.req.raw.headers) ? 'client' : 'server'

/** ADR-0008 of OFREP. The tag is the version that `flagConfigEtag` brings back. */
const refetch = ({ version, at }: Announcement) => {
  const data = { type: 'refetchEvaluation', etag: String(version), lastModified: at }
  return { name: 'message', data: JSON.stringify(data) }
}
