/** HTTP for cases made of rated answers, /api/admin/kb/evals/sets/{id}/feedback-cases. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { addRatedCase } from './feedback-service.ts'
import { EvalCase, NewRatedCase } from './schemas.ts'
import type { EvalContext } from './service.ts'

const create = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: '/api/admin/kb/evals/sets/{id}/feedback-cases',
      operationId: 'createEvalCaseOfFeedback',
      tags: ['evaluation'],
      description:
        'Keeps the question of a rated answer. The documents it cited are the right ones, unless the body names others.',
      request: {
        params: z.object({ id: z.uuid('must be an id this API gave') }),
        body: jsonBody(NewRatedCase),
      },
      responses: {
        201: json(EvalCase, 'The case; its key is the id of the answer'),
        ...problems('unauthenticated', 'forbidden', 'invalid_request', 'invalid_fields'),
        ...problems('not_found', 'conflict', 'dependency_down'),
      },
    }),
  ),
)

export const evalFeedbackRoutes = createRouter<AppEnv<EvalContext & LimitContext>>().openapi(
  create,
  async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await addRatedCase(c.var.ctx, id, c.req.valid('json')), 201)
  },
)
