/** HTTP for costs and budgets, under /api/admin. */
import { createRoute, z } from '@hono/zod-openapi'
import { secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { type LimitContext, limited } from '../limits/service.ts'
import type { BudgetContext } from './budget-client.ts'
import { getBudget, putBudget } from './budget-service.ts'
import { exportCalls, type ExportContext } from './export-service.ts'
import {
  CallPage,
  CallQuery,
  TenantUsageQuery,
  UsageDays,
  UsageDaysQuery,
  UsageExportQuery,
  UsageQuery,
  UsageReport,
  UsageSummary,
} from './report-schemas.ts'
import {
  listCalls,
  reportDays,
  reportTenants,
  reportUsage,
  summariseUsage,
} from './report-service.ts'
import { Budget, BudgetChange } from './schemas.ts'

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

const days = secured(
  'usage.read',
  createRoute({
    method: 'get',
    path: '/api/admin/usage/days',
    operationId: 'reportUsageDays',
    tags: TAGS,
    description: 'The same by day, split into the four dearest of a property and the rest.',
    request: { query: UsageDaysQuery },
    responses: { 200: json(UsageDays, 'Sums in micro-dollars'), ...refusals },
  }),
)

const tenants = secured(
  'admin.platform',
  createRoute({
    method: 'get',
    path: '/api/admin/usage/tenants',
    operationId: 'reportTenantUsage',
    tags: TAGS,
    description: 'What each tenant of the deployment spent, the dearest 500 first.',
    request: { query: TenantUsageQuery },
    responses: { 200: json(UsageReport, 'Sums in micro-dollars, by tenant'), ...refusals },
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

/** A stream's text is no return value, so its content is documented and not typed. */
const file: { description: string } = Object.assign(
  { description: 'Rows of the ledger, oldest first, as a file' },
  {
    content: {
      'application/x-ndjson': { schema: z.string() },
      'text/csv': { schema: z.string() },
    },
  },
)

const exporting = secured(
  'usage.read',
  createRoute({
    method: 'get',
    path: '/api/admin/usage/export',
    operationId: 'exportProviderCalls',
    tags: TAGS,
    description: 'That it was taken is an entry of the audit log.',
    request: { query: UsageExportQuery },
    responses: { 200: file, ...refusals },
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

const TYPES = { jsonl: 'application/x-ndjson', csv: 'text/csv; charset=utf-8; header=present' }

export const usageRoutes = createRouter<AppEnv<BudgetContext & ExportContext & LimitContext>>()
  .openapi(report, async (c) => c.json(await reportUsage(c.var.ctx, c.req.valid('query')), 200))
  .openapi(days, async (c) => c.json(await reportDays(c.var.ctx, c.req.valid('query')), 200))
  .openapi(tenants, async (c) => c.json(await reportTenants(c.var.ctx, c.req.valid('query')), 200))
  .openapi(summary, async (c) => c.json(await summariseUsage(c.var.ctx), 200))
  .openapi(calls, async (c) => c.json(await listCalls(c.var.ctx, c.req.valid('query')), 200))
  .openapi(exporting, (c) => {
    const query = c.req.valid('query')
    const name = `usage-${query.from}-${query.to}.${query.format}`
    return c.body(exportCalls(c.var.ctx, query), 200, {
      'content-type': TYPES[query.format],
      'content-disposition': `attachment; filename="${name}"`,
    })
  })
  .openapi(get, async (c) => c.json(await getBudget(c.var.ctx), 200))
  .openapi(put, async (c) => c.json(await putBudget(c.var.ctx, c.req.valid('json')), 200))
