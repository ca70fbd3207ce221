/** HTTP for changes of segments and overrides that wait for approval. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { DraftPublication } from './history-schemas.ts'
import { NewProposal, Proposal, ProposalList, ProposalQuery } from './proposal-schemas.ts'
import * as proposals from './proposal-service.ts'
import type { FlagContext } from './service.ts'

const BASE = '/api/admin/flag-proposals'
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const
const params = z.object({ id: z.uuid() })
const tags = ['flags']

const list = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: BASE,
    operationId: 'listFlagProposals',
    tags,
    request: { query: ProposalQuery },
    responses: { 200: json(ProposalList, 'The newest 200'), ...problems(...refusals) },
  }),
)

const create = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: BASE,
      operationId: 'createFlagProposal',
      tags,
      request: { body: jsonBody(NewProposal) },
      responses: {
        201: json(Proposal, 'The proposal'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const get = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{id}`,
    operationId: 'getFlagProposal',
    tags,
    request: { params },
    responses: { 200: json(Proposal, 'The proposal'), ...problems(...refusals, 'not_found') },
  }),
)

const moved = {
  200: json(Proposal, 'The proposal as it is now'),
  ...problems(...refusals, 'not_found', 'conflict'),
}

const approve = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: `${BASE}/{id}/approve`,
      operationId: 'approveFlagProposal',
      tags,
      request: { params },
      responses: moved,
    }),
  ),
)

const publish = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: `${BASE}/{id}/publish`,
      operationId: 'publishFlagProposal',
      tags,
      request: { params, body: jsonBody(DraftPublication) },
      responses: moved,
    }),
  ),
)

const discard = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'delete',
      path: `${BASE}/{id}`,
      operationId: 'discardFlagProposal',
      tags,
      request: { params },
      responses: {
        204: { description: 'It is discarded' },
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

export const proposalRoutes = createRouter<AppEnv<FlagContext & LimitContext>>()
  .openapi(list, async (c) => {
    const { state } = c.req.valid('query')
    return c.json(await proposals.listProposals(c.var.ctx, state), 200)
  })
  .openapi(create, async (c) =>
    c.json(await proposals.createProposal(c.var.ctx, c.req.valid('json')), 201),
  )
  .openapi(get, async (c) =>
    c.json(await proposals.getProposal(c.var.ctx, c.req.valid('param').id), 200),
  )
  .openapi(approve, async (c) =>
    c.json(await proposals.approveProposal(c.var.ctx, c.req.valid('param').id), 200),
  )
  .openapi(publish, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await proposals.publishProposal(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(discard, async (c) => {
    await proposals.discardProposal(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
