/** HTTP for versions of flags and drafts of versions. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import {
  Diff,
  DiffQuery,
  Draft,
  DraftList,
  DraftPublication,
  HistoryPage,
  HistoryQuery,
  NewDraft,
  Restore,
  Revision,
} from './history-schemas.ts'
import * as history from './history-service.ts'
import { FlagName } from './model-schemas.ts'
import { Flag } from './schemas.ts'
import type { FlagContext } from './service.ts'

const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const
const BASE = '/api/admin/feature-flags/{name}'
const named = z.object({ name: FlagName })
const versioned = named.extend({ version: z.coerce.number().int().min(1) })
const drafted = named.extend({ id: z.uuid() })

const list = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: `${BASE}/history`,
    operationId: 'listFlagHistory',
    tags: ['flags'],
    request: { params: named, query: HistoryQuery },
    responses: {
      200: json(HistoryPage, 'One page, newest first'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const get = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: `${BASE}/history/{version}`,
    operationId: 'getFlagVersion',
    tags: ['flags'],
    request: { params: versioned },
    responses: { 200: json(Revision, 'The version'), ...problems(...refusals, 'not_found') },
  }),
)

const diff = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: `${BASE}/history/{version}/diff`,
    operationId: 'diffFlagVersions',
    tags: ['flags'],
    request: { params: versioned, query: DiffQuery },
    responses: { 200: json(Diff, 'What differs'), ...problems(...refusals, 'not_found') },
  }),
)

const restore = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: `${BASE}/restore`,
      operationId: 'restoreFlag',
      tags: ['flags'],
      request: { params: named, body: jsonBody(Restore) },
      responses: {
        200: json(Flag, 'The flag as it is again'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const listDrafts = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: `${BASE}/drafts`,
    operationId: 'listFlagDrafts',
    tags: ['flags'],
    request: { params: named },
    responses: {
      200: json(DraftList, 'The newest, first'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const createDraft = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: `${BASE}/drafts`,
      operationId: 'createFlagDraft',
      tags: ['flags'],
      request: { params: named, body: jsonBody(NewDraft) },
      responses: { 201: json(Draft, 'The draft'), ...problems(...refusals) },
    }),
  ),
)

const getDraft = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: `${BASE}/drafts/{id}`,
    operationId: 'getFlagDraft',
    tags: ['flags'],
    request: { params: drafted },
    responses: { 200: json(Draft, 'The draft'), ...problems(...refusals, 'not_found') },
  }),
)

const approve = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: `${BASE}/drafts/{id}/approve`,
      operationId: 'approveFlagDraft',
      tags: ['flags'],
      request: { params: drafted },
      responses: {
        200: json(Draft, 'The draft as approved'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const publish = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: `${BASE}/drafts/{id}/publish`,
      operationId: 'publishFlagDraft',
      tags: ['flags'],
      request: { params: drafted, body: jsonBody(DraftPublication) },
      responses: {
        200: json(Flag, 'The flag as published'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const discard = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'delete',
      path: `${BASE}/drafts/{id}`,
      operationId: 'discardFlagDraft',
      tags: ['flags'],
      request: { params: drafted },
      responses: {
        204: { description: 'It is discarded' },
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

export const historyRoutes = createRouter<AppEnv<FlagContext & LimitContext>>()
  .openapi(list, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(await history.listRevisions(c.var.ctx, name, c.req.valid('query')), 200)
  })
  .openapi(get, async (c) => {
    const { name, version } = c.req.valid('param')
    return c.json(await history.getRevision(c.var.ctx, name, version), 200)
  })
  .openapi(diff, async (c) => {
    const { name, version } = c.req.valid('param')
    return c.json(await history.diffRevisions(c.var.ctx, name, version, c.req.valid('query')), 200)
  })
  .openapi(restore, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(await history.restoreFlag(c.var.ctx, name, c.req.valid('json')), 200)
  })
  .openapi(listDrafts, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(await history.listDrafts(c.var.ctx, name), 200)
  })
  .openapi(createDraft, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(await history.createDraft(c.var.ctx, name, c.req.valid('json')), 201)
  })
  .openapi(getDraft, async (c) => {
    const { name, id } = c.req.valid('param')
    return c.json(await history.getDraft(c.var.ctx, name, id), 200)
  })
  .openapi(approve, async (c) => {
    const { name, id } = c.req.valid('param')
    return c.json(await history.approveDraft(c.var.ctx, name, id), 200)
  })
  .openapi(publish, async (c) => {
    const { name, id } = c.req.valid('param')
    return c.json(await history.publishDraft(c.var.ctx, name, id, c.req.valid('json')), 200)
  })
  .openapi(discard, async (c) => {
    const { name, id } = c.req.valid('param')
    await history.discardDraft(c.var.ctx, name, id)
    return c.body(null, 204)
  })
