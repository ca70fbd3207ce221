/** The edge with spans kept in its database, for tests of what is kept and of who sees it. */
import { connect, type Sql } from '../../operations/database/connection.ts'
import { TracePage, type TraceSpan } from '../../workers/traces/schemas.ts'
import { startApp, type Who } from './harness.ts'

export const OWN = '/api/admin/ops/traces'
export const ALL = '/api/admin/platform/traces'

export const newTrace = () => crypto.randomUUID().replaceAll('-', '')

/** The span that every request of these tests says it comes from; it is kept nowhere. */
export const CALLER = 'b7ad6b7169203331'
export const headerOf = (traceId: string, flags = '01') => ({
  traceparent: `00-${traceId}-${CALLER}-${flags}`,
})

/** Names, indented under their parents. */
export function treeOf(spans: TraceSpan[], parent: string | null, indent = ''): string[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .flatMap(({ name, spanId }) => [indent + name, ...treeOf(spans, spanId, `${indent}  `)])
}

/** A span as shared/trace-store.ts writes it, as far as a test cares. */
interface Made {
  tenant?: string
  at?: string
  ms?: number
  name?: string
  status?: 'ok' | 'error'
  code?: number
  trace?: string
  span?: string
  parent?: string
  sampled?: boolean
  session?: string
}

const newSpan = () => newTrace().slice(0, 16)

/** As the tracer would. @returns how many were new */
export async function keepSpans(sql: Sql, spans: readonly Made[]): Promise<number> {
  const rows = spans.map(({ name = 'GET /x', code = 200, trace = newTrace(), ...given }) => ({
    trace,
    span: newSpan(),
    service: 'edge',
    kind: 'server',
    status: 'ok',
    at: new Date().toISOString(),
    ms: 5,
    request: `request-${trace}`,
    entry: true,
    sampled: true,
    name,
    route: name.split(' ')[1],
    code,
    attributes: { 'http.request.method': 'GET' },
    links: [],
    ...given,
  }))
  const statement = 'select trace_append($1::jsonb)::int as kept'
  const [row] = await sql.query(statement, [JSON.stringify(rows)])
  return Number(row?.['kept'])
}

export async function startTraces() {
  const app = await startApp()
  const sql = connect(app.database.owner)
  Object.assign(app.env, { ENABLE_TRACES: 'true' })

  /** With a credential, JSON unless said otherwise; waits until the spans are kept. */
  async function call(path: string, init: RequestInit = {}, who?: Who) {
    const headers = new Headers({ 'content-type': 'application/json' })
    for (const [name, value] of new Headers(init.headers)) headers.set(name, value)
    headers.set('authorization', `Bearer ${await app.token(who)}`)
    const response = await app.request(path, { ...init, headers })
    await response.text()
    await app.settle()
    return response
  }

  /** With nothing kept, so that looking leaves nothing to see. */
  async function read(path: string, who?: Who): Promise<Response> {
    Object.assign(app.env, { ENABLE_TRACES: 'false' })
    const answer = await app.send('GET', path, undefined, who)
    Object.assign(app.env, { ENABLE_TRACES: 'true' })
    return answer
  }

  async function page(query = '', who?: Who, path = OWN): Promise<TracePage> {
    return TracePage.parse(await (await read(`${path}?${query}`, who)).json())
  }

  const keep = (...spans: Made[]) => keepSpans(sql, spans)

  async function clear(): Promise<void> {
    await app.settle()
    await sql.query('delete from trace_spans')
    await sql.query('delete from performance_metrics')
  }

  return { ...app, sql, call, read, page, keep, clear }
}

export type TestTraces = Awaited<ReturnType<typeof startTraces>>
