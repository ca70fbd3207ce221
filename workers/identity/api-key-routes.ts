/**
 * The contract of /api/admin/api-keys, and its edge side: callers and input are checked here, then
 * the identity Worker, which mounts the same contract, does the work and looks at the caller again.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { counted, secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import type { LimitContext, meter } from '../limits/service.ts'
import {
  ApiKeyId,
  ApiKeyPage,
  ApiKeyPageQuery,
  ApiKeySecret,
  NewApiKey,
  Rotation,
} from './api-key-schemas.ts'
import { type IdentityBinding, pass } from './identity-client.ts'

const BASE = '/api/admin/api-keys'
const params = z.object({ id: ApiKeyId })
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

export const list = secured(
  'key.manage',
  createRoute({
    method: 'get',
    path: BASE,
    operationId: 'listApiKeys',
    tags: ['identity'],
    request: { query: ApiKeyPageQuery },
    responses: { 200: json(ApiKeyPage, 'One page, newest first'), ...problems(...refusals) },
  }),
)

export const create = secured(
  'key.manage',
  createRoute({
    method: 'post',
    path: BASE,
    operationId: 'createApiKey',
    'x-rate-limit': 'key.create',
    tags: ['identity'],
    description: 'Makes a key for a program. The answer is the only place that shows it.',
    request: { body: jsonBody(NewApiKey) },
    responses: { 201: json(ApiKeySecret, 'The key'), ...problems(...refusals, 'rate_limited') },
  }),
)

export const rotate = secured(
  'key.manage',
  createRoute({
    method: 'post',
    path: `${BASE}/{id}/rotate`,
    operationId: 'rotateApiKey',
    'x-rate-limit': 'key.create',
    tags: ['identity'],
    description: 'A new secret under the same id; the one so far stays valid for the overlap.',
    request: { params, body: jsonBody(Rotation) },
    responses: {
      200: json(ApiKeySecret, 'The key with its new secret'),
      ...problems(...refusals, 'rate_limited', 'not_found', 'conflict'),
    },
  }),
)

export const revoke = counted(
  'access.change',
  secured(
    'key.manage',
    createRoute({
      method: 'delete',
      path: `${BASE}/{id}`,
      operationId: 'revokeApiKey',
      tags: ['identity'],
      description: 'Ends the key for good. The edge refuses it within a minute.',
      request: { params },
      responses: { 204: { description: 'It is revoked' }, ...problems(...refusals, 'not_found') },
    }),
  ),
)

interface ApiKeyRoutes<Context extends LimitContext> extends AppEnv<Context> {
  Bindings: IdentityBinding
}

/**
 * Made by the edge's app.
 *
 * @param count Handed in, so that this file does not bring the limiter into the identity Worker.
 * @param requireEnvironment Throws for an environment that the tenant has not. Environments are the
 *   flags', a feature that comes after this one.
 */
export const createApiKeyRoutes = <Context extends LimitContext>(
  count: typeof meter,
  requireEnvironment: (ctx: Context, name: string) => Promise<void>,
) =>
  createRouter<ApiKeyRoutes<Context>>()
    .openapi(list, (c) => pass(c))
    .openapi(create, async (c) => {
      await count(c, 'key.create')
      const wanted = c.req.valid('json')
      await requireEnvironment(c.var.ctx, wanted.environment)
      return pass(c, wanted)
    })
    .openapi(rotate, async (c) => {
      await count(c, 'key.create')
      return pass(c, c.req.valid('json'))
    })
    .openapi(revoke, (c) => pass(c))
