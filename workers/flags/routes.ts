/**
 * HTTP for feature flags: administration under /api/admin/feature-flags. Evaluation is
 * ofrep-routes.ts.
 *
 * A route is its guard, its contract and one call into service.ts. Whatever goes wrong is thrown
 * as a ProblemError below this file, so no handler here has an error branch.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { FlagName } from './model-schemas.ts'
import { Flag, FlagChange, FlagPage, FlagPageQuery, FlagToggle, NewFlag } from './schemas.ts'
import * as flags from './service.ts'

const BASE = '/api/admin/feature-flags'
const params = z.object({ name: FlagName })
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const list = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: BASE,
    operationId: 'listFlags',
    tags: ['flags'],
    request: { query: FlagPageQuery },
    responses: { 200: json(FlagPage, 'One page, in the order of names'), ...problems(...refusals) },
  }),
)

const create = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: BASE,
      operationId: 'createFlag',
      tags: ['flags'],
      request: { body: jsonBody(NewFlag) },
      responses: { 201: json(Flag, 'The flag as stored'), ...problems(...refusals, 'conflict') },
    }),
  ),
)

const get = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{name}`,
    operationId: 'getFlag',
    tags: ['flags'],
    request: { params },
    responses: { 200: json(Flag, 'The flag'), ...problems(...refusals, 'not_found') },
  }),
)

const change = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'patch',
      path: `${BASE}/{name}`,
      operationId: 'changeFlag',
      tags: ['flags'],
      request: { params, body: jsonBody(FlagChange) },
      responses: {
        200: json(Flag, 'The flag as changed'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const remove = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'delete',
      path: `${BASE}/{name}`,
      operationId: 'deleteFlag',
      tags: ['flags'],
      request: { params },
      responses: { 204: { description: 'It is gone' }, ...problems(...refusals, 'not_found') },
    }),
  ),
)

const toggle = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: `${BASE}/{name}/toggle`,
      operationId: 'toggleFlag',
      tags: ['flags'],
      request: { params, body: { content: { 'application/json': { schema: FlagToggle } } } },
      responses: {
        200: json(Flag, 'The flag as switched'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

export const flagRoutes = createRouter<AppEnv<flags.FlagContext & LimitContext>>()
  .openapi(list, async (c) => c.json(await flags.listFlags(c.var.ctx, c.req.valid('query')), 200))
  .openapi(create, async (c) => c.json(await flags.createFlag(c.var.ctx, c.req.valid('json')), 201))
  .openapi(get, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(await flags.getFlag(c.var.ctx, name), 200)
  })
  .openapi(change, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(await flags.changeFlag(c.var.ctx, name, c.req.valid('json')), 200)
  })
  .openapi(remove, async (c) => {
    await flags.removeFlag(c.var.ctx, c.req.valid('param').name)
    return c.body(null, 204)
  })
  .openapi(toggle, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(await flags.toggleFlag(c.var.ctx, name, c.req.valid('json')), 200)
  })
