/** HTTP for knowledge bases, /api/admin/kb/bases. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { Base, BaseChange, BaseId, BaseList, NewBase } from './base-schemas.ts'
import * as bases from './base-service.ts'
import type { StoreContext } from './store.ts'

const TAGS = ['knowledge']
const PATH = '/api/admin/kb/bases'
const params = z.object({ id: BaseId })
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const list = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: PATH,
    operationId: 'listKnowledgeBases',
    tags: TAGS,
    responses: {
      200: json(BaseList, 'All knowledge bases, in the order they were made'),
      ...problems('unauthenticated', 'forbidden', 'dependency_down'),
    },
  }),
)

const create = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: PATH,
      operationId: 'createKnowledgeBase',
      tags: TAGS,
      request: { body: jsonBody(NewBase) },
      responses: {
        201: json(Base, 'The knowledge base, empty'),
        ...problems(...refusals, 'conflict'),
      },
    }),
  ),
)

const get = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: `${PATH}/{id}`,
    operationId: 'getKnowledgeBase',
    tags: TAGS,
    request: { params },
    responses: { 200: json(Base, 'The knowledge base'), ...problems(...refusals, 'not_found') },
  }),
)

const change = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'patch',
      path: `${PATH}/{id}`,
      operationId: 'changeKnowledgeBase',
      tags: TAGS,
      request: { params, body: jsonBody(BaseChange) },
      responses: {
        200: json(Base, 'The knowledge base as it is now'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const remove = limited(
  'admin.write',
  secured(
    'kb.delete',
    createRoute({
      method: 'delete',
      path: `${PATH}/{id}`,
      operationId: 'deleteKnowledgeBase',
      tags: TAGS,
      description: 'With all its documents. The default one stays.',
      request: { params },
      responses: {
        204: { description: 'Deleted; from now on nothing of it is found' },
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

export const baseRoutes = createRouter<AppEnv<StoreContext & LimitContext>>()
  .openapi(list, async (c) => c.json(await bases.listBases(c.var.ctx), 200))
  .openapi(create, async (c) => {
    return c.json(await bases.createBase(c.var.ctx, c.req.valid('json')), 201)
  })
  .openapi(get, async (c) => c.json(await bases.getBase(c.var.ctx, c.req.valid('param').id), 200))
  .openapi(change, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await bases.changeBase(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(remove, async (c) => {
    await bases.deleteBase(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
