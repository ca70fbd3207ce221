/**
 * HTTP for evaluation sets and their cases, /api/admin/kb/evals/sets. Files of cases are
 * transfer-routes.ts, runs run-routes.ts.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import {
  EvalCase,
  EvalCaseChange,
  EvalCasePage,
  EvalSet,
  EvalSetChange,
  EvalSetPage,
  NewEvalCase,
  NewEvalSet,
  PageQuery,
} from './schemas.ts'
import * as evals from './service.ts'

const BASE = '/api/admin/kb/evals/sets'
const TAGS = ['evaluation']
const Id = z.uuid('must be an id this API gave')
const params = z.object({ id: Id })
const caseParams = z.object({ id: Id, caseId: Id })
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const list = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: BASE,
    operationId: 'listEvalSets',
    tags: TAGS,
    request: { query: PageQuery },
    responses: { 200: json(EvalSetPage, 'Sets, newest first'), ...problems(...refusals) },
  }),
)

const create = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: BASE,
      operationId: 'createEvalSet',
      tags: TAGS,
      request: { body: jsonBody(NewEvalSet) },
      responses: {
        201: json(EvalSet, 'The set, without cases'),
        ...problems(...refusals, 'conflict'),
      },
    }),
  ),
)

const get = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{id}`,
    operationId: 'getEvalSet',
    tags: TAGS,
    request: { params },
    responses: { 200: json(EvalSet, 'The set'), ...problems(...refusals, 'not_found') },
  }),
)

const rename = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'patch',
      path: `${BASE}/{id}`,
      operationId: 'renameEvalSet',
      tags: TAGS,
      request: { params, body: jsonBody(EvalSetChange) },
      responses: {
        200: json(EvalSet, 'The set as it is now'),
        ...problems(...refusals, 'not_found', 'conflict'),
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
      operationId: 'deleteEvalSet',
      tags: TAGS,
      description: 'Its cases, runs and results go too.',
      request: { params },
      responses: { 204: { description: 'The set is gone' }, ...problems(...refusals, 'not_found') },
    }),
  ),
)

const listCases = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{id}/cases`,
    operationId: 'listEvalCases',
    tags: TAGS,
    request: { params, query: PageQuery },
    responses: {
      200: json(EvalCasePage, 'Cases in the order they were made'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const createCase = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: `${BASE}/{id}/cases`,
      operationId: 'createEvalCase',
      tags: TAGS,
      request: { params, body: jsonBody(NewEvalCase) },
      responses: {
        201: json(EvalCase, 'The case'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const changeCase = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'patch',
      path: `${BASE}/{id}/cases/{caseId}`,
      operationId: 'changeEvalCase',
      tags: TAGS,
      request: { params: caseParams, body: jsonBody(EvalCaseChange) },
      responses: {
        200: json(EvalCase, 'The case as it is now'),
        ...problems(...refusals, 'not_found'),
      },
    }),
  ),
)

const removeCase = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'delete',
      path: `${BASE}/{id}/cases/{caseId}`,
      operationId: 'deleteEvalCase',
      tags: TAGS,
      request: { params: caseParams },
      responses: {
        204: { description: 'The case is gone; results of runs stay' },
        ...problems(...refusals, 'not_found'),
      },
    }),
  ),
)

export const evalRoutes = createRouter<AppEnv<evals.EvalContext & LimitContext>>()
  .openapi(list, async (c) => c.json(await evals.listSets(c.var.ctx, c.req.valid('query')), 200))
  .openapi(create, async (c) => {
    return c.json(await evals.createSet(c.var.ctx, c.req.valid('json')), 201)
  })
  .openapi(get, async (c) => c.json(await evals.getSet(c.var.ctx, c.req.valid('param').id), 200))
  .openapi(rename, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await evals.renameSet(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(remove, async (c) => {
    await evals.deleteSet(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(listCases, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await evals.listCases(c.var.ctx, id, c.req.valid('query')), 200)
  })
  .openapi(createCase, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await evals.createCase(c.var.ctx, id, c.req.valid('json')), 201)
  })
  .openapi(changeCase, async (c) => {
    const { id, caseId } = c.req.valid('param')
    return c.json(await evals.changeCase(c.var.ctx, id, caseId, c.req.valid('json')), 200)
  })
  .openapi(removeCase, async (c) => {
    const { id, caseId } = c.req.valid('param')
    await evals.deleteCase(c.var.ctx, id, caseId)
    return c.body(null, 204)
  })
