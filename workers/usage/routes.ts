/** HTTP for costs and budgets, under /api/admin. */
import { createRoute } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { type LimitContext, limited } from '../limits/service.ts'
import {
  getBudget,
  listCalls,
  putBudget,
  type ReportContext,
  reportUsage,
  summariseUsage,
} from './report-service.ts'
import {
  Budget,
  BudgetChange,
  CallPage,
  CallQuery,
  UsageQuery,
  UsageReport,
  UsageSummary,
} from './schemas.ts'

const TAGS = ['usage']
const refusals = problems('unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down')

const report = secured(
  'usage.read',
  createRoute({
    method: 'get',
    path: '/api/admin/usage',
    operationId: 'reportUsage',
    tags: TAGS,
    description: 'What provider calls of a range of days cost, by one of their properties.',
    request: { query: UsageQuery },
    responses: { 200: json(UsageReport, 'Sums in micro-dollars'), ...refusals },
  }),
)

const summary = secured(
  'usage.read',
  createRoute({
    method: 'get',
    path: '/api/admin/usage/summary',
    operationId: 'summariseUsage',
    tags: TAGS,
    responses: { 200: json(UsageSummary, 'Today, this month and its forecast'), ...refusals },
  }),
)

const calls = secured(
  'usage.read',
  createRoute({
    method: 'get',
    path: '/api/admin/usage/calls',
    operationId: 'listProviderCalls',
    tags: TAGS,
    request: { query: CallQuery },
    responses: { 200: json(CallPage, 'Rows of the ledger, newest first'), ...refusals },
  }),
)

const get = secured(
  'usage.read',
  createRoute({
    method: 'get',
    path: '/api/admin/budget',
    operationId: 'getBudget',
    tags: TAGS,
    responses: { 200: json(Budget, 'The limits, in micro-dollars'), ...refusals },
  }),
)

const put = limited(
  'admin.write',
  secured(
    'budget.manage',
    createRoute({
      method: 'put',
      path: '/api/admin/budget',
      operationId: 'putBudget',
      tags: TAGS,
      description: 'All limits at once; null is none. They hold within a minute.',
      request: { body: jsonBody(BudgetChange) },
      responses: { 200: json(Budget, 'As stored'), ...refusals, ...problems('conflict') },
    }),
  ),
)

export const usageRoutes = createRouter<AppEnv<ReportContext & LimitContext>>()
  .openapi(report, async (c) => c.json(await reportUsage(c.var.ctx, c.req.valid('query')), 200))
  .openapi(summary, async (c) => c.json(await summariseUsage(c.var.ctx), 200))
  .openapi(calls, async (c) => c.json(await listCalls(c.var.ctx, c.req.valid('query')), 200))
  .openapi(get, async (c) => c.json(await getBudget(c.var.ctx), 200))
  .openapi(put, async (c) => c.json(await putBudget(c.var.ctx, c.req.valid('json')), 200))
