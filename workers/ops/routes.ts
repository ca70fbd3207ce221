/** Health, metrics, and the doors people arrive at: `/` leads to the console. */
import { createRoute } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ServiceContext } from '../../shared/context.ts'
import { may, open, secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, problems } from '../../shared/http.ts'
import { CONTENT_TYPE } from '../../shared/metrics-exposition.ts'
import { TestReport } from '../errors/schemas.ts'
import { describeJourneys } from './journey-service.ts'
import { scrape, type ScrapeEnv } from './metrics-service.ts'
import { describeTraffic, type OverviewEnv } from './overview-service.ts'
import {
  Health,
  Journeys,
  JourneysQuery,
  Liveness,
  Overview,
  OverviewQuery,
  Readiness,
} from './schemas.ts'
import { checkReadiness, type ReadinessEnv } from './service.ts'
import { versionOf } from './version-service.ts'

type OpsEnv = ReadinessEnv &
  ScrapeEnv &
  OverviewEnv & {
    readonly INDEXER: { testReporting(requestId: string): Promise<TestReport> }
  }
export type OpsContext = ServiceContext & { readonly env: OpsEnv }

interface OpsApp extends AppEnv<OpsContext> {
  Bindings: OpsEnv
}

const health = open(
  createRoute({
    method: 'get',
    path: '/health',
    operationId: 'getHealth',
    tags: ['ops'],
    responses: { 200: json(Health, 'The process runs; nothing else is checked') },
  }),
)

const live = open(
  createRoute({
    method: 'get',
    path: '/live',
    operationId: 'getLiveness',
    tags: ['ops'],
    responses: { 200: json(Liveness, 'The process runs') },
  }),
)

const readinessOf = (path: string, operationId: string) =>
  open(
    createRoute({
      method: 'get',
      path,
      operationId,
      tags: ['ops'],
      responses: {
        200: json(Readiness, 'Every dependency answers'),
        503: json(Readiness, 'At least one dependency does not answer; `checks` says which'),
      },
    }),
  )

const metrics = open(
  createRoute({
    method: 'get',
    path: '/metrics',
    operationId: 'getMetrics',
    tags: ['ops'],
    responses: {
      200: { description: 'All metrics in the Prometheus text format' },
      ...problems('unauthenticated', 'not_found', 'dependency_down'),
    },
  }),
)

const sentryTest = secured(
  'admin.platform',
  createRoute({
    method: 'post',
    path: '/api/admin/ops/sentry-test',
    operationId: 'testErrorReporting',
    tags: ['ops'],
    description:
      'Sends a test event to where failures are reported, and says whether it was taken.',
    responses: {
      200: json(TestReport, 'Whether failures are reported, and what became of the event'),
      ...problems('unauthenticated', 'forbidden', 'dependency_down'),
    },
  }),
)

const overview = secured(
  'admin.platform',
  createRoute({
    method: 'get',
    path: '/api/admin/ops/overview',
    operationId: 'getOverview',
    tags: ['ops'],
    description: 'Traffic of all tenants together, step by step, and what the platform depends on.',
    request: { query: OverviewQuery },
    responses: {
      200: json(Overview, 'The last hours or days; a minute is complete within seconds of its end'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_fields', 'dependency_down'),
    },
  }),
)

const journeys = secured(
  'admin.platform',
  createRoute({
    method: 'get',
    path: '/api/admin/ops/journeys',
    operationId: 'getJourneys',
    tags: ['ops'],
    description: 'How far visitors of the console came on the ways through it, day by day.',
    request: { query: JourneysQuery },
    responses: {
      200: json(Journeys, 'Funnels of the last days, today among them'),
      ...problems('unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'),
    },
  }),
)

const root = open(
  createRoute({
    method: 'get',
    path: '/',
    operationId: 'getRoot',
    tags: ['ops'],
    responses: { 302: { description: 'To the console' } },
  }),
)

const now = () => new Date()

export const opsRoutes = createRouter<OpsApp>()
  .openapi(health, (c) => {
    const timestamp = now().toISOString()
    return c.json({ status: 'healthy' as const, timestamp, version: versionOf(c.env) }, 200)
  })
  .openapi(live, (c) => c.json({ status: 'alive' as const }, 200))
  .openapi(readinessOf('/ready', 'getReadiness'), async (c) => {
    const readiness = await readinessFor(c)
    return c.json(readiness, readiness.status === 'ready' ? 200 : 503)
  })
  .openapi(readinessOf('/api/v1/health', 'getReadinessAlias'), async (c) => {
    const readiness = await readinessFor(c)
    return c.json(readiness, readiness.status === 'ready' ? 200 : 503)
  })
  .openapi(metrics, async (c) => {
    const text = await scrape(c.env, c.req.header('authorization'), now())
    return c.body(text, 200, { 'content-type': CONTENT_TYPE, 'cache-control': 'no-store' })
  })
  .openapi(sentryTest, async (c) => {
    return c.json(await c.env.INDEXER.testReporting(c.var.requestId), 200)
  })
  .openapi(overview, async (c) => {
    const traffic = await describeTraffic(c.var.ctx, c.req.valid('query').period)
    return c.json(traffic, 200)
  })
  .openapi(journeys, async (c) => {
    return c.json(await describeJourneys(c.var.ctx, c.req.valid('query').days), 200)
  })
  .openapi(root, (c) => c.redirect('/console/'))

async function readinessFor(c: Context<OpsApp>): Promise<Readiness> {
  const { latencies, ...readiness } = await checkReadiness(c.env, now())
  return (await runsPlatform(c)) ? { ...readiness, latencies } : readiness
}

/** A probe has no credential, and one that cannot be judged now must not fail the check. */
async function runsPlatform(c: Context<OpsApp>): Promise<boolean> {
  if (!c.req.header('authorization')) return false
  try {
    const caller = await c.var.identify()
    if (!may(caller.actor, 'admin.platform')) return false
    await c.var.confirm(caller, 'admin.platform')
    return true
  } catch {
    return false
  }
}
