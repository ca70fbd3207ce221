/** HTTP for what flags are aimed with: environments and their kill switch, segments, overrides. */
import { createRoute, z } from '@hono/zod-openapi'
import { EnvironmentName } from '../../shared/environment.ts'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import {
  Environment,
  EnvironmentChange,
  EnvironmentList,
  KillSwitch,
  NewOverride,
  Override,
  OverridePage,
  OverrideQuery,
  Segment,
  SegmentChange,
  SegmentList,
} from './audience-schemas.ts'
import * as audience from './audience-service.ts'
import { FlagName, SegmentName } from './model-schemas.ts'
import type { FlagContext } from './service.ts'

const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const
const ENVIRONMENTS = '/api/admin/flag-environments'
const SEGMENTS = '/api/admin/flag-segments'
const OVERRIDES = '/api/admin/feature-flags/{name}/overrides'
const named = z.object({ name: FlagName })

const listEnvironments = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: ENVIRONMENTS,
    operationId: 'listFlagEnvironments',
    tags: ['flags'],

    responses: {
      200: json(EnvironmentList, 'All of them, in the order of names'),
      ...problems(...refusals),
    },
  }),
)

const putEnvironment = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'put',
      path: `${ENVIRONMENTS}/{environment}`,
      operationId: 'putFlagEnvironment',
      tags: ['flags'],
      request: {
        params: z.object({ environment: EnvironmentName }),
        body: jsonBody(EnvironmentChange),
      },
      responses: {
        200: json(Environment, 'The environment as stored'),
        ...problems(...refusals, 'conflict'),
      },
    }),
  ),
)

const kill = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: '/api/admin/flag-kill-switch',
      operationId: 'setFlagKillSwitch',
      tags: ['flags'],
      request: { body: jsonBody(KillSwitch) },
      responses: {
        200: json(EnvironmentList, 'All environments'),
        ...problems(...refusals, 'not_found'),
      },
    }),
  ),
)

const listSegments = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: SEGMENTS,
    operationId: 'listFlagSegments',
    tags: ['flags'],

    responses: {
      200: json(SegmentList, 'All of them, in the order of names'),
      ...problems(...refusals),
    },
  }),
)

const putSegment = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'put',
      path: `${SEGMENTS}/{segment}`,
      operationId: 'putFlagSegment',
      tags: ['flags'],
      request: { params: z.object({ segment: SegmentName }), body: jsonBody(SegmentChange) },
      responses: {
        200: json(Segment, 'The segment as stored'),
        ...problems(...refusals, 'conflict'),
      },
    }),
  ),
)

const removeSegment = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'delete',
      path: `${SEGMENTS}/{segment}`,
      operationId: 'deleteFlagSegment',
      tags: ['flags'],
      request: { params: z.object({ segment: SegmentName }) },
      responses: {
        204: { description: 'It is gone' },
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const listOverrides = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: OVERRIDES,
    operationId: 'listFlagOverrides',
    tags: ['flags'],
    request: { params: named, query: OverrideQuery },
    responses: {
      200: json(OverridePage, 'One page, in the order of units'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const putOverride = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: OVERRIDES,
      operationId: 'putFlagOverride',
      tags: ['flags'],
      request: { params: named, body: jsonBody(NewOverride) },
      responses: {
        200: json(Override, 'The override as stored, in place of one there was'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const removeOverride = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'delete',
      path: `${OVERRIDES}/{unit}`,
      operationId: 'deleteFlagOverride',
      tags: ['flags'],
      request: {
        params: named.extend({ unit: z.string().min(1).max(200) }),
        query: z.object({ environment: EnvironmentName.default('production') }),
      },
      responses: {
        204: { description: 'It is gone' },
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

export const audienceRoutes = createRouter<AppEnv<FlagContext & LimitContext>>()
  .openapi(listEnvironments, async (c) => c.json(await audience.listEnvironments(c.var.ctx), 200))
  .openapi(putEnvironment, async (c) => {
    const { environment } = c.req.valid('param')
    return c.json(await audience.putEnvironment(c.var.ctx, environment, c.req.valid('json')), 200)
  })
  .openapi(kill, async (c) =>
    c.json(await audience.setKillSwitch(c.var.ctx, c.req.valid('json')), 200),
  )
  .openapi(listSegments, async (c) => c.json(await audience.listSegments(c.var.ctx), 200))
  .openapi(putSegment, async (c) => {
    const { segment } = c.req.valid('param')
    return c.json(await audience.putSegment(c.var.ctx, segment, c.req.valid('json')), 200)
  })
  .openapi(removeSegment, async (c) => {
    await audience.removeSegment(c.var.ctx, c.req.valid('param').segment)
    return c.body(null, 204)
  })
  .openapi(listOverrides, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(await audience.listOverrides(c.var.ctx, name, c.req.valid('query')), 200)
  })
  .openapi(putOverride, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(await audience.putOverride(c.var.ctx, name, c.req.valid('json')), 200)
  })
  .openapi(removeOverride, async (c) => {
    const { name, unit } = c.req.valid('param')
    await audience.removeOverride(c.var.ctx, name, unit, c.req.valid('query').environment)
    return c.body(null, 204)
  })
