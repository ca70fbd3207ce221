/** Gauges that have a source of truth, set once a minute: a scrape never asks a database. */
import { sql } from 'drizzle-orm'
import { callAcrossTenants } from '../../shared/database.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { checkReadiness, type ReadinessEnv } from './service.ts'

export interface GaugeContext {
  readonly env: ReadinessEnv & { readonly AUDIT_EVENTS: Pick<Queue, 'metrics'> }
  readonly metrics: Metrics
  readonly now: () => Date
}

/** What answers is set, even when something else does not. @throws AggregateError of the rest */
export async function setGauges(ctx: GaugeContext): Promise<void> {
  const results = await Promise.allSettled([
    setDependencies(ctx),
    setCounts(ctx),
    setQueue(ctx, 'documents', ctx.env.DOCUMENTS),
    setQueue(ctx, 'audit', ctx.env.AUDIT_EVENTS),
  ])
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  if (errors.length > 0) throw new AggregateError(errors, 'some gauges could not be set')
}

const DEPENDENCIES = ['database', 'redis', 'vector', 'r2', 'queue', 'identity'] as const

async function setDependencies({ env, metrics, now }: GaugeContext): Promise<void> {
  const { checks } = await checkReadiness(env, now())
  for (const dependency of DEPENDENCIES) {
    metrics.set('voiceassist_dependency_up', { dependency }, checks[dependency] ? 1 : 0)
  }
}

/** Bigints arrive as text. */
type Counts = Record<
  | 'daily_users'
  | 'monthly_users'
  | 'documents'
  | 'chunks'
  | 'database_bytes'
  | 'vector_bytes'
  | 'active_connections'
  | 'idle_connections'
  | 'most_connections'
  | 'broken_logs',
  string | number
>

async function setCounts({ env, metrics }: GaugeContext): Promise<void> {
  const [counts] = await callAcrossTenants<Counts>(env, sql`select * from ops_gauges()`)
  if (!counts) return
  metrics.set('voiceassist_active_users_daily', {}, Number(counts.daily_users))
  metrics.set('voiceassist_active_users_monthly', {}, Number(counts.monthly_users))
  metrics.set('voiceassist_kb_documents_total', {}, Number(counts.documents))
  metrics.set('voiceassist_kb_chunks_total', {}, Number(counts.chunks))
  metrics.set('voiceassist_db_size_bytes', {}, Number(counts.database_bytes))
  metrics.set('voiceassist_vector_storage_bytes', {}, Number(counts.vector_bytes))
  metrics.set('voiceassist_audit_chain_ok', {}, Number(counts.broken_logs) === 0 ? 1 : 0)
  const [active, idle] = [Number(counts.active_connections), Number(counts.idle_connections)]
  metrics.set('db_connection_pool_size', { state: 'active' }, active)
  metrics.set('db_connection_pool_size', { state: 'idle' }, idle)
  const share = (active + idle) / Number(counts.most_connections)
  metrics.set('voiceassist_db_pool_utilization_ratio', {}, share)
}

/** As the queue itself counts: an estimate of what waits, and since when the oldest does. */
async function setQueue(
  { metrics, now }: GaugeContext,
  queue: 'documents' | 'audit',
  binding: Pick<Queue, 'metrics'>,
): Promise<void> {
  const { backlogCount, oldestMessageTimestamp } = await binding.metrics()
  const since = oldestMessageTimestamp?.getTime() || now().getTime()
  metrics.set('voiceassist_queue_depth', { queue }, backlogCount)
  const age = Math.max(0, now().getTime() - since) / 1000
  metrics.set('voiceassist_queue_oldest_age_seconds', { queue }, age)
}
