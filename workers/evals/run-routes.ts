/** HTTP for runs over evaluation sets: begun, followed, cancelled, compared. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import * as runs from './run-service.ts'
import {
  ComparisonQuery,
  EvalComparison,
  EvalResultPage,
  EvalRun,
  EvalRunPage,
  NewEvalRun,
  PageQuery,
  RunQuery,
} from './schemas.ts'

const BASE = '/api/admin/kb/evals/runs'
const TAGS = ['evaluation']
const params = z.object({ id: z.uuid('must be an id this API gave') })
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const start = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: '/api/admin/kb/evals/sets/{id}/runs',
      operationId: 'startEvalRun',
      tags: TAGS,
      description:
        'Asks every case. What is left out of the profile is as the flags say now. With `answers` the model answers too, and costs what it costs.',
      request: { params, body: jsonBody(NewEvalRun) },
      responses: {
        202: json(EvalRun, 'Begun; `casesDone` says how far it is'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const list = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: BASE,
    operationId: 'listEvalRuns',
    tags: TAGS,
    request: { query: RunQuery },
    responses: { 200: json(EvalRunPage, 'Runs, newest first'), ...problems(...refusals) },
  }),
)

const get = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{id}`,
    operationId: 'getEvalRun',
    tags: TAGS,
    request: { params },
    responses: { 200: json(EvalRun, 'The run'), ...problems(...refusals, 'not_found') },
  }),
)

const cancel = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: `${BASE}/{id}/cancel`,
      operationId: 'cancelEvalRun',
      tags: TAGS,
      request: { params },
      responses: {
        200: json(EvalRun, 'The run is over; one that was stays as it is'),
        ...problems(...refusals, 'not_found'),
      },
    }),
  ),
)

const remove = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'delete',
      path: `${BASE}/{id}`,
      operationId: 'deleteEvalRun',
      tags: TAGS,
      request: { params },
      responses: {
        204: { description: 'The run and its results are gone' },
        ...problems(...refusals, 'not_found'),
      },
    }),
  ),
)

const results = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{id}/results`,
    operationId: 'listEvalResults',
    tags: TAGS,
    request: { params, query: PageQuery },
    responses: {
      200: json(EvalResultPage, 'What each case came to, in the order of cases'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const compare = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: '/api/admin/kb/evals/comparison',
    operationId: 'compareEvalRuns',
    tags: TAGS,
    request: { query: ComparisonQuery },
    responses: {
      200: json(EvalComparison, 'Paired differences, each with its interval'),
      ...problems(...refusals, 'not_found', 'conflict'),
    },
  }),
)

export const evalRunRoutes = createRouter<AppEnv<runs.RunContext & LimitContext>>()
  .openapi(start, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await runs.startRun(c.var.ctx, id, c.req.valid('json')), 202)
  })
  .openapi(list, async (c) => c.json(await runs.listRuns(c.var.ctx, c.req.valid('query')), 200))
  .openapi(get, async (c) => c.json(await runs.getRun(c.var.ctx, c.req.valid('param').id), 200))
  .openapi(cancel, async (c) => {
    return c.json(await runs.cancelRun(c.var.ctx, c.req.valid('param').id), 200)
  })
  .openapi(remove, async (c) => {
    await runs.deleteRun(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(results, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await runs.listResults(c.var.ctx, id, c.req.valid('query')), 200)
  })
  .openapi(compare, async (c) => {
    return c.json(await runs.compareRuns(c.var.ctx, c.req.valid('query')), 200)
  })
