/** HTTP for the MCP servers a tenant's assistants may call: /api/admin/mcp-servers. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import {
  McpServer,
  McpServerChange,
  McpServerList,
  McpToolList,
  NewMcpServer,
} from './server-schemas.ts'
import * as servers from './server-service.ts'

const BASE = '/api/admin/mcp-servers'
const PATH = `${BASE}/{id}`
const TAGS = ['mcp']
const params = z.object({ id: z.uuid('must be an id this API gave') })
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const

const list = secured(
  'key.manage',
  createRoute({
    method: 'get',
    path: BASE,
    operationId: 'listMcpServers',
    tags: TAGS,
    responses: {
      200: json(McpServerList, 'In the order they were made'),
      ...problems(...refusals),
    },
  }),
)

const create = limited(
  'key.create',
  secured(
    'key.manage',
    createRoute({
      method: 'post',
      path: BASE,
      operationId: 'createMcpServer',
      tags: TAGS,
      request: { body: jsonBody(NewMcpServer) },
      responses: { 201: json(McpServer, 'Registered'), ...problems(...refusals, 'conflict') },
    }),
  ),
)

const get = secured(
  'key.manage',
  createRoute({
    method: 'get',
    path: PATH,
    operationId: 'getMcpServer',
    tags: TAGS,
    request: { params },
    responses: { 200: json(McpServer, 'It'), ...problems(...refusals, 'not_found') },
  }),
)

const change = limited(
  'key.create',
  secured(
    'key.manage',
    createRoute({
      method: 'patch',
      path: PATH,
      operationId: 'changeMcpServer',
      tags: TAGS,
      request: { params, body: jsonBody(McpServerChange) },
      responses: {
        200: json(McpServer, 'As it is now'),
        ...problems(...refusals, 'not_found', 'conflict'),
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
      operationId: 'deleteMcpServer',
      tags: TAGS,
      request: { params },
      responses: { 204: { description: 'Gone' }, ...problems(...refusals, 'not_found') },
    }),
  ),
)

const tools = secured(
  'key.manage',
  createRoute({
    method: 'get',
    path: `${PATH}/tools`,
    operationId: 'listMcpServerTools',
    tags: TAGS,
    description: 'Asks the server.',
    request: { params },
    responses: {
      200: json(McpToolList, 'What it has now, to choose from'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

export const mcpServerRoutes = createRouter<AppEnv<servers.ServerContext & LimitContext>>()
  .openapi(list, async (c) => c.json(await servers.listServers(c.var.ctx), 200))
  .openapi(create, async (c) => {
    const made = await servers.createServer(c.var.ctx, c.req.valid('json'), c.req.raw.signal)
    return c.json(made, 201)
  })
  .openapi(get, async (c) =>
    c.json(await servers.getServer(c.var.ctx, c.req.valid('param').id), 200),
  )
  .openapi(change, async (c) => {
    const { id } = c.req.valid('param')
    const { signal } = c.req.raw
    return c.json(await servers.changeServer(c.var.ctx, id, c.req.valid('json'), signal), 200)
  })
  .openapi(remove, async (c) => {
    await servers.deleteServer(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(tools, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await servers.listServerTools(c.var.ctx, id, c.req.raw.signal), 200)
  })
