/**
 * HTTP for a tenant's own assistants: those one may talk to at /api/assistants, their administration at
 * /api/admin/assistants. Talking to them is routes.ts.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import {
  Assistant,
  AssistantChange,
  AssistantOptions,
  AssistantPage,
  AssistantQuery,
  AssistantRollback,
  AssistantSave,
  AssistantVersion,
  AssistantVersionPage,
  NewAssistant,
  OfferedAssistants,
  VersionQuery,
} from './assistant-schemas.ts'
import * as assistants from './assistant-service.ts'

const BASE = '/api/admin/assistants'
const TAGS = ['assistant']
const Id = z.uuid('must be an id this API gave')
const params = z.object({ id: Id })
const versionParams = z.object({
  id: Id,
  version: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1),
})
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const offer = secured(
  'rag.query',
  createRoute({
    method: 'get',
    path: '/api/assistants',
    operationId: 'offerAssistants',
    tags: TAGS,
    responses: {
      200: json(OfferedAssistants, 'Those the caller may talk to'),
      ...problems(...refusals),
    },
  }),
)

const options = secured(
  'assistant.manage',
  createRoute({
    method: 'get',
    path: '/api/admin/assistant-options',
    operationId: 'getAssistantOptions',
    tags: TAGS,
    responses: {
      200: json(AssistantOptions, 'What an assistant may be given'),
      ...problems(...refusals),
    },
  }),
)

const list = secured(
  'assistant.manage',
  createRoute({
    method: 'get',
    path: BASE,
    operationId: 'listAssistants',
    tags: TAGS,
    request: { query: AssistantQuery },
    responses: { 200: json(AssistantPage, 'By slug'), ...problems(...refusals) },
  }),
)

const create = limited(
  'admin.write',
  secured(
    'assistant.manage',
    createRoute({
      method: 'post',
      path: BASE,
      operationId: 'createAssistant',
      tags: TAGS,
      request: { body: jsonBody(NewAssistant) },
      responses: {
        201: json(Assistant, 'The assistant in its first version'),
        ...problems(...refusals, 'conflict'),
      },
    }),
  ),
)

const get = secured(
  'assistant.manage',
  createRoute({
    method: 'get',
    path: `${BASE}/{id}`,
    operationId: 'getAssistant',
    tags: TAGS,
    request: { params },
    responses: {
      200: json(Assistant, 'It, in its newest version'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const save = limited(
  'admin.write',
  secured(
    'assistant.manage',
    createRoute({
      method: 'put',
      path: `${BASE}/{id}`,
      operationId: 'saveAssistant',
      tags: TAGS,
      description: 'Adds a version and serves it. Conversations that run keep theirs.',
      request: { params, body: jsonBody(AssistantSave) },
      responses: {
        200: json(Assistant, 'It, in its new version'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const change = limited(
  'admin.write',
  secured(
    'assistant.manage',
    createRoute({
      method: 'patch',
      path: `${BASE}/{id}`,
      operationId: 'changeAssistant',
      tags: TAGS,
      description: 'What has no versions: the slug, the default, the flag, and the archive.',
      request: { params, body: jsonBody(AssistantChange) },
      responses: {
        200: json(Assistant, 'As it is now'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const remove = limited(
  'admin.write',
  secured(
    'assistant.manage',
    createRoute({
      method: 'delete',
      path: `${BASE}/{id}`,
      operationId: 'deleteAssistant',
      tags: TAGS,
      description: 'Only an archived one. Its conversations can be read, and not be gone on with.',
      request: { params },
      responses: {
        204: { description: 'Gone, with its versions' },
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const rollBack = limited(
  'admin.write',
  secured(
    'assistant.manage',
    createRoute({
      method: 'post',
      path: `${BASE}/{id}/rollback`,
      operationId: 'rollBackAssistant',
      tags: TAGS,
      request: { params, body: jsonBody(AssistantRollback) },
      responses: {
        200: json(Assistant, 'It, in a new version with the old content'),
        ...problems(...refusals, 'not_found'),
      },
    }),
  ),
)

const listVersions = secured(
  'assistant.manage',
  createRoute({
    method: 'get',
    path: `${BASE}/{id}/versions`,
    operationId: 'listAssistantVersions',
    tags: TAGS,
    request: { params, query: VersionQuery },
    responses: {
      200: json(AssistantVersionPage, 'Newest first'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const getVersion = secured(
  'assistant.manage',
  createRoute({
    method: 'get',
    path: `${BASE}/{id}/versions/{version}`,
    operationId: 'getAssistantVersion',
    tags: TAGS,
    request: { params: versionParams },
    responses: { 200: json(AssistantVersion, 'It'), ...problems(...refusals, 'not_found') },
  }),
)

type RoutesEnv = AppEnv<assistants.ManageContext & LimitContext>

export const assistantAdminRoutes = createRouter<RoutesEnv>()
  .openapi(offer, async (c) => c.json(await assistants.offerAssistants(c.var.ctx), 200))
  .openapi(options, async (c) => c.json(await assistants.optionsOf(c.var.ctx), 200))
  .openapi(list, async (c) => {
    return c.json(await assistants.listAssistants(c.var.ctx, c.req.valid('query')), 200)
  })
  .openapi(create, async (c) => {
    return c.json(await assistants.createAssistant(c.var.ctx, c.req.valid('json')), 201)
  })
  .openapi(get, async (c) => {
    return c.json(await assistants.getAssistant(c.var.ctx, c.req.valid('param').id), 200)
  })
  .openapi(save, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await assistants.saveAssistant(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(change, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await assistants.changeAssistant(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(remove, async (c) => {
    await assistants.deleteAssistant(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(rollBack, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await assistants.rollBackAssistant(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(listVersions, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await assistants.listVersions(c.var.ctx, id, c.req.valid('query')), 200)
  })
  .openapi(getVersion, async (c) => {
    const { id, version } = c.req.valid('param')
    return c.json(await assistants.getVersion(c.var.ctx, id, version), 200)
  })
