/** HTTP for experiments: what they measure, and what came out. Their rules are changed with their flags. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { limited, type LimitContext } from '../limits/service.ts'
import {
  Experiment,
  ExperimentExposures,
  ExperimentKey,
  ExperimentPage,
  ExperimentPageQuery,
  ExperimentPhaseQuery,
  ExperimentPhases,
  ExperimentQuery,
  ExperimentReport,
  NewExperimentSettings,
} from './result-schemas.ts'
import * as results from './result-service.ts'

const BASE = '/api/admin/experiments'
const refusals = ['unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'] as const
const params = z.object({ key: ExperimentKey })
const tags = ['experiments']

const list = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: BASE,
    operationId: 'listExperiments',
    tags,
    request: { query: ExperimentPageQuery },
    responses: { 200: json(ExperimentPage, 'In the order of keys'), ...problems(...refusals) },
  }),
)

const get = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{key}`,
    operationId: 'getExperiment',
    tags,
    request: { params, query: ExperimentQuery },
    responses: { 200: json(Experiment, 'The experiment'), ...problems(...refusals, 'not_found') },
  }),
)

const report = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{key}/results`,
    operationId: 'reportExperiment',
    tags,
    request: { params, query: ExperimentPhaseQuery },
    responses: {
      200: json(ExperimentReport, 'The newest results of the phase'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const phases = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{key}/phases`,
    operationId: 'listExperimentPhases',
    tags,
    request: { params, query: ExperimentQuery },
    responses: {
      200: json(ExperimentPhases, 'Those that have results, and the present one; the newest first'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const exposures = secured(
  'flag.read',
  createRoute({
    method: 'get',
    path: `${BASE}/{key}/exposures`,
    operationId: 'listExperimentExposures',
    tags,
    request: { params, query: ExperimentPhaseQuery },
    responses: {
      200: json(ExperimentExposures, 'New units by day and variant'),
      ...problems(...refusals, 'not_found'),
    },
  }),
)

const put = limited(
  'admin.write',
  secured(
    'flag.write',
    createRoute({
      method: 'put',
      path: `${BASE}/{key}/settings`,
      operationId: 'putExperimentSettings',
      tags,
      request: { params, query: ExperimentQuery, body: jsonBody(NewExperimentSettings) },
      responses: {
        200: json(ExperimentReport, 'The experiment with its results, looked at anew'),
        ...problems(...refusals, 'not_found', 'conflict'),
      },
    }),
  ),
)

export const experimentResultRoutes = createRouter<AppEnv<results.ResultContext & LimitContext>>()
  .openapi(list, async (c) =>
    c.json(await results.listExperiments(c.var.ctx, c.req.valid('query')), 200),
  )
  .openapi(get, async (c) => {
    const place = { ...c.req.valid('param'), ...c.req.valid('query') }
    return c.json(await results.getExperiment(c.var.ctx, place), 200)
  })
  .openapi(report, async (c) => {
    const place = { ...c.req.valid('param'), ...c.req.valid('query') }
    return c.json(await results.reportExperiment(c.var.ctx, place), 200)
  })
  .openapi(phases, async (c) => {
    const place = { ...c.req.valid('param'), ...c.req.valid('query') }
    return c.json(await results.listPhases(c.var.ctx, place), 200)
  })
  .openapi(exposures, async (c) => {
    const place = { ...c.req.valid('param'), ...c.req.valid('query') }
    return c.json(await results.listExposures(c.var.ctx, place), 200)
  })
  .openapi(put, async (c) => {
    const place = { ...c.req.valid('param'), ...c.req.valid('query') }
    return c.json(await results.setSettings(c.var.ctx, place, c.req.valid('json')), 200)
  })
