/** HTTP for gates and publishing, /api/admin/kb/bases/{id}/gate and …/publish. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { Base, BaseId } from '../knowledge/schemas.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { Gate, GateState, Publish } from './publish-schemas.ts'
import { gateState, publish, removeGate, setGate } from './publish-service.ts'
import type { RunContext } from './run-service.ts'

const PATH = '/api/admin/kb/bases/{id}'
const TAGS = ['evaluation']
const params = z.object({ id: BaseId })
const refusals = problems(
  'unauthenticated',
  'forbidden',
  'not_found',
  'invalid_fields',
  'dependency_down',
)

const get = secured(
  'kb.read',
  createRoute({
    method: 'get',
    path: `${PATH}/gate`,
    operationId: 'getKnowledgeBaseGate',
    tags: TAGS,
    request: { params },
    responses: { 200: json(GateState, 'What is asked for, and whether it is met'), ...refusals },
  }),
)

const put = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'put',
      path: `${PATH}/gate`,
      operationId: 'setKnowledgeBaseGate',
      tags: TAGS,
      request: { params, body: jsonBody(Gate) },
      responses: { 200: json(GateState, 'From now on this is asked for'), ...refusals },
    }),
  ),
)

const remove = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'delete',
      path: `${PATH}/gate`,
      operationId: 'removeKnowledgeBaseGate',
      tags: TAGS,
      request: { params },
      responses: { 204: { description: 'Nothing is asked for any more' }, ...refusals },
    }),
  ),
)

const post = limited(
  'admin.write',
  secured(
    'kb.write',
    createRoute({
      method: 'post',
      path: `${PATH}/publish`,
      operationId: 'publishKnowledgeBase',
      tags: TAGS,
      description:
        'Makes a draft one that is asked; with a gate only what was measured well enough.',
      request: { params, body: jsonBody(Publish) },
      responses: {
        200: json(Base, 'Asked from now on'),
        ...refusals,
        ...problems('conflict', 'invalid_request'),
      },
    }),
  ),
)

export const publishRoutes = createRouter<AppEnv<RunContext & LimitContext>>()
  .openapi(get, async (c) => c.json(await gateState(c.var.ctx, c.req.valid('param').id), 200))
  .openapi(put, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await setGate(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(remove, async (c) => {
    await removeGate(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(post, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await publish(c.var.ctx, id, c.req.valid('json')), 200)
  })
