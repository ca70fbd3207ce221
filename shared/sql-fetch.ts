/**
 * Every call of Postgres over HTTP passes here and is timed: the driver has one `fetch` for all its
 * clients. Of what is in a call only the first word of its statement is looked at.
 */
import { neonConfig } from '@neondatabase/serverless'
import { pushOf } from './log-push.ts'
import { createLog, type Fields } from './log.ts'
import type { LabelsOf } from './metrics-catalogue.ts'
import { type Metrics, type MetricsEnv, metricsOf } from './metrics.ts'
import { fetchAs } from './traced-fetch.ts'

type QueryType = LabelsOf<'voiceassist_db_query_duration_seconds'>['query_type']
type ErrorCode = LabelsOf<'voiceassist_db_errors_total'>['code']

/** Seconds from which a call counts as slow. */
const SLOW_SECONDS = 0.1

interface QueryEnv extends MetricsEnv {
  readonly LOG_LEVEL?: string
}

const callers = new Map<string, { env: QueryEnv; metrics: Metrics }>()

/** From now on calls with this connection string are counted for the isolate of `env`. */
export function countQueries(env: QueryEnv, connectionString: string): void {
  callers.set(connectionString, { env, metrics: metricsOf(env) })
  neonConfig.fetchFunction = timedFetch
}

/** Options of a client, by which its calls are told from others'. */
export const calledAs = (connectionString: string): Caller => {
  return { fetchOptions: { caller: connectionString } }
}

interface Caller {
  fetchOptions: { caller?: string }
}

async function timedFetch(
  url: string,
  { caller = '', ...init }: RequestInit & Caller['fetchOptions'],
): Promise<Response> {
  const known = callers.get(caller)
  if (!known) return fetch(url, init)
  const { env, metrics } = known
  const query_type = typeOf(typeof init.body === 'string' ? init.body : '')
  const began = performance.now()
  try {
    const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': query_type }
    return await counted(metrics, await fetchAs('database.query', attributes, url, init))
  } catch (error) {
    metrics.inc('voiceassist_db_errors_total', { code: 'unreachable' })
    throw error
  } finally {
    const seconds = (performance.now() - began) / 1000
    metrics.observe('voiceassist_db_query_duration_seconds', { query_type }, seconds)
    if (seconds > SLOW_SECONDS) {
      metrics.inc('voiceassist_db_slow_queries_total', { query_type })
      tellSlow(env, { query_type, duration_ms: Math.round(seconds * 1000) })
    }
  }
}

function tellSlow(env: QueryEnv, fields: Fields): void {
  const { LOG_LEVEL = 'info' } = env
  const log = createLog({ level: LOG_LEVEL, forward: pushOf(env) }, { logger: 'database' })
  log.warn('slow query', fields)
}

/** A refusal is read for its code, and given to the driver as it came. */
async function counted(metrics: Metrics, response: Response): Promise<Response> {
  if (response.ok) return response
  const { status, statusText, headers } = response
  const text = await response.text()
  metrics.inc('voiceassist_db_errors_total', { code: classOf(text) })
  return new Response(text, { status, statusText, headers })
}

const STATEMENT = /^\{"query":"\s*(select|insert|update|delete|with)\b/i

const TYPES: readonly QueryType[] = ['select', 'insert', 'update', 'delete', 'with']

/** `with` says nothing of what changes; `batch` is several statements. */
function typeOf(body: string): QueryType {
  const word = STATEMENT.exec(body)?.[1]?.toLowerCase()
  return TYPES.find((type) => type === word) ?? 'batch'
}

const CLASSES: readonly ErrorCode[] = ['08', '22', '23', '40', '42', '53', '57', 'VA']

/** https://www.postgresql.org/docs/17/errcodes-appendix.html; `VA…` are the migrations' own. */
function classOf(text: string): ErrorCode {
  const code = /"code":\s*"(\w\w)\w{3}"/.exec(text)?.[1]
  return CLASSES.find((known) => known === code) ?? '__other__'
}
