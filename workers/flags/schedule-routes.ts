/** HTTP for changes to come. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import { FlagName } from './model-schemas.ts'
import {
  NewReading,
  NewSchedule,
  Schedule,
  ScheduleList,
  ScheduleQuery,
} from './schedule-schemas.ts'
import * as schedules from './schedule-service.ts'
import type { FlagContext } from './service.ts'

const BASE = '/api/admin/flag-schedules'
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const
const params = z.object({ id: z.uuid() })
const tags = ['flags']

const list = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: BASE,
    operationId: 'listFlagSchedules',
    tags,
    request: { query: ScheduleQuery },
    responses: { 200: json(ScheduleList, 'What is next comes first'), ...problems(...refusals) },
  }),
)

const get = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{id}`,
    operationId: 'getFlagSchedule',
    tags,
    request: { params },
    responses: { 200: json(Schedule, 'The schedule'), ...problems(...refusals, 'not_found') },
  }),
)

const create = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: '/api/admin/feature-flags/{name}/schedules',
      operationId: 'createFlagSchedule',
      tags,
      request: { params: z.object({ name: FlagName }), body: jsonBody(NewSchedule) },
      responses: {
        201: json(Schedule, 'The schedule'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

const moved = {
  200: json(Schedule, 'The schedule as it is now'),
  ...problems(...refusals, 'not_found', 'conflict'),
}

const pause = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: `${BASE}/{id}/pause`,
      operationId: 'pauseFlagSchedule',
      tags,
      request: { params },
      responses: moved,
    }),
  ),
)

const resume = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: `${BASE}/{id}/resume`,
      operationId: 'resumeFlagSchedule',
      tags,
      request: { params },
      responses: moved,
    }),
  ),
)

const cancel = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: `${BASE}/{id}/cancel`,
      operationId: 'cancelFlagSchedule',
      tags,
      request: { params },
      responses: moved,
    }),
  ),
)

const read = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'post',
      path: `${BASE}/{id}/readings`,
      operationId: 'takeFlagGuardReading',
      summary: 'What a guarded ramp’s metric measured; a breach ends the ramp at once',
      tags,
      request: { params, body: jsonBody(NewReading) },
      responses: moved,
    }),
  ),
)

export const scheduleRoutes = createRouter<AppEnv<FlagContext & LimitContext>>()
  .openapi(list, async (c) =>
    c.json(await schedules.listSchedules(c.var.ctx, c.req.valid('query')), 200),
  )
  .openapi(get, async (c) =>
    c.json(await schedules.getSchedule(c.var.ctx, c.req.valid('param').id), 200),
  )
  .openapi(create, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(await schedules.createSchedule(c.var.ctx, name, c.req.valid('json')), 201)
  })
  .openapi(pause, async (c) =>
    c.json(await schedules.pauseSchedule(c.var.ctx, c.req.valid('param').id), 200),
  )
  .openapi(resume, async (c) =>
    c.json(await schedules.resumeSchedule(c.var.ctx, c.req.valid('param').id), 200),
  )
  .openapi(cancel, async (c) =>
    c.json(await schedules.cancelSchedule(c.var.ctx, c.req.valid('param').id), 200),
  )
  .openapi(read, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await schedules.takeReading(c.var.ctx, id, c.req.valid('json')), 200)
  })
