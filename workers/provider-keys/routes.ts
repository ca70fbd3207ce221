/** HTTP for a tenant's provider credentials: `/api/admin/provider-keys/{provider}`. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { type LimitContext, limited } from '../limits/service.ts'
import { ProviderKeys, ProviderName, ProviderSecrets } from './schemas.ts'
import { deleteProviderKeys, getProviderKeys, type KeyContext, putProviderKeys } from './service.ts'

const PATH = '/api/admin/provider-keys/{provider}'
const params = z.object({ provider: ProviderName })
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const get = secured(
  'key.manage',
  createRoute({
    method: 'get',
    path: PATH,
    operationId: 'getProviderKeys',
    tags: ['keys'],
    request: { params },
    responses: {
      200: json(ProviderKeys, 'What is stored, by its last characters'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const put = limited(
  'key.create',
  secured(
    'key.manage',
    createRoute({
      method: 'put',
      path: PATH,
      operationId: 'putProviderKeys',
      tags: ['keys'],
      description: 'Stores all fields of a provider, encrypted; they cannot be read back.',
      request: { params, body: jsonBody(ProviderSecrets) },
      responses: {
        200: json(ProviderKeys, 'As stored, by its last characters'),
        ...problems(...refusals, 'conflict'),
      },
    }),
  ),
)

const remove = limited(
  'access.change',
  secured(
    'key.manage',
    createRoute({
      method: 'delete',
      path: PATH,
      operationId: 'deleteProviderKeys',
      tags: ['keys'],
      request: { params },
      responses: { 204: { description: 'Gone' }, ...problems(...refusals, 'not_found') },
    }),
  ),
)

export const providerKeyRoutes = createRouter<AppEnv<KeyContext & LimitContext>>()
  .openapi(get, async (c) => {
    return c.json(await getProviderKeys(c.var.ctx, c.req.valid('param').provider), 200)
  })
  .openapi(put, async (c) => {
    const { provider } = c.req.valid('param')
    return c.json(await putProviderKeys(c.var.ctx, provider, c.req.valid('json')), 200)
  })
  .openapi(remove, async (c) => {
    await deleteProviderKeys(c.var.ctx, c.req.valid('param').provider)
    return c.body(null, 204)
  })
