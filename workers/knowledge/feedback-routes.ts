/** Ratings of answers: given by who asked, read by who looks after the documents. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { Feedback, FeedbackPage, FeedbackQuery, NewFeedback } from './feedback-schemas.ts'
import { giveFeedback, listFeedback } from './feedback-service.ts'
import type { FeedbackContext } from './feedback-store.ts'

const TAGS = ['knowledge']

const give = secured(
  'rag.query',
  createRoute({
    method: 'put',
    path: '/api/answers/{id}/feedback',
    operationId: 'giveFeedback',
    summary: 'Rate an answer from 0 to 5; rated again, the last rating holds',
    tags: TAGS,
    request: {
      params: z.object({ id: z.uuid('must be an id this API gave') }),
      body: jsonBody(NewFeedback),
    },
    responses: {
      200: json(Feedback, 'The rating, tied to what was asked and what the model was shown'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_request'),
      ...problems('invalid_fields'),
    },
  }),
)

const list = secured(
  'kb.write',
  createRoute({
    method: 'get',
    path: '/api/admin/kb/feedback',
    operationId: 'listFeedback',
    tags: TAGS,
    request: { query: FeedbackQuery },
    responses: {
      200: json(FeedbackPage, 'Rated answers, those given last first'),
      ...problems('unauthenticated', 'forbidden', 'invalid_fields'),
    },
  }),
)

export const feedbackRoutes = createRouter<AppEnv<FeedbackContext>>()
  .openapi(give, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await giveFeedback(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(list, async (c) => c.json(await listFeedback(c.var.ctx, c.req.valid('query')), 200))
