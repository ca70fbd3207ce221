/**
 * What every request of the edge is counted by, after the fact: rate, errors and duration by route,
 * and what some routes' answers mean. Labels are the route's template and the status, never a path.
 */
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import { toProblem } from '../../shared/errors.ts'
import { METHODS } from '../../shared/metric-labels.ts'
import { OTHER } from '../../shared/metric.ts'
import { CATALOGUE } from '../../shared/metrics-catalogue.ts'
import { type Metrics, type MetricsEnv, metricsOf, NO_METRICS } from '../../shared/metrics.ts'

/** The endpoint of what no route matches. */
const UNMATCHED = '__unmatched__'

interface Answered {
  method: (typeof METHODS)[number]
  endpoint: string
  status: number
}

export const measure = createMiddleware<{ Bindings: MetricsEnv }>(async (c, next) => {
  const metrics = metricsOf(c.env, (work) => c.executionCtx.waitUntil(work))
  if (metrics === NO_METRICS) return next()
  const method = METHODS.find((known) => known === c.req.method) ?? OTHER
  const endpoint = endpointOf(c)
  const began = performance.now()
  metrics.shift('http_requests_active', { method, endpoint }, 1)
  try {
    await next()
  } finally {
    metrics.shift('http_requests_active', { method, endpoint }, -1)
  }
  const seconds = (performance.now() - began) / 1000
  const { status } = c.res
  metrics.inc('http_requests_total', { method, endpoint, status: String(status) })
  metrics.observe('http_request_duration_seconds', { method, endpoint }, seconds)
  if (c.error) metrics.inc('voiceassist_errors_total', { kind: toProblem(c.error).code })
  countMeaning(metrics, { method, endpoint, status })
})

/** The last route that matches is the one that answers; a middleware's pattern is nobody's. */
function endpointOf(c: Context): string {
  const path = routePath(c, -1)
  return path.endsWith('*') ? UNMATCHED : path
}

const SIGN_IN = '/api/auth/sign-in/email'
const SECOND_FACTOR = '/api/auth/two-factor/verify'

function countMeaning(metrics: Metrics, { method, endpoint, status }: Answered): void {
  const isDoor = method === 'POST' && (endpoint === SIGN_IN || endpoint === SECOND_FACTOR)
  if (isDoor && status === 200) metrics.inc('voiceassist_user_logins_total', {})
  if (status === 401) {
    metrics.inc('voiceassist_auth_failures_total', { reason: reasonOf(endpoint) })
  }
  const isChange = method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
  if (isChange && endpoint.startsWith(ADMIN)) {
    const success = status < 400 ? 'true' : 'false'
    const action_type = actionOf(endpoint)
    metrics.inc('voiceassist_admin_actions_total', { action_type, success })
  }
}

function reasonOf(endpoint: string) {
  if (endpoint === SIGN_IN) return 'sign_in'
  return endpoint === SECOND_FACTOR ? 'second_factor' : 'credential'
}

const ADMIN = '/api/admin/'
const ACTIONS = CATALOGUE.voiceassist_admin_actions_total.labels.action_type

/** What is administered: the path's next part. */
function actionOf(endpoint: string) {
  const part = endpoint.slice(ADMIN.length).split('/', 1)[0]
  return ACTIONS.find((known) => known === part) ?? OTHER
}
