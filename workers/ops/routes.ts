/** Health endpoints and the doors people arrive at: `/` leads to the console. */
import { createRoute } from '@hono/zod-openapi'
import packageJson from '../../package.json' with { type: 'json' }
import type { ServiceContext } from '../../shared/context.ts'
import { open } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json } from '../../shared/http.ts'
import { Health, Liveness, Readiness } from './schemas.ts'
import { checkReadiness, type OpsEnv } from './service.ts'

export type OpsContext = ServiceContext & { readonly env: OpsEnv }

interface OpsApp extends AppEnv {
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
    return c.json({ status: 'healthy' as const, timestamp, version: packageJson.version }, 200)
  })
  .openapi(live, (c) => c.json({ status: 'alive' as const }, 200))
  .openapi(readinessOf('/ready', 'getReadiness'), async (c) => {
    const readiness = await checkReadiness(c.env, now())
    return c.json(readiness, readiness.status === 'ready' ? 200 : 503)
  })
  .openapi(readinessOf('/api/v1/health', 'getReadinessAlias'), async (c) => {
    const readiness = await checkReadiness(c.env, now())
    return c.json(readiness, readiness.status === 'ready' ? 200 : 503)
  })
  .openapi(root, (c) => c.redirect('/console/'))
