/** Metrics of what the platform stands on: cache, database, queues. A part of metrics-catalogue.ts. */
import { QUERY_TYPES, QUEUES } from './metric-labels.ts'
import { counter, gauge, type Metric, OTHER, OPEN, seconds } from './metric.ts'

const QUICK = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
/** Seconds of work in the background. */
export const JOB = [1, 5, 10, 30, 60, 120, 300]

export const STORE_METRICS = {
  cache_operations_total: counter('Looks into the cache and writes to it.', {
    operation: ['get', 'set', 'delete'],
    status: ['hit', 'miss', 'ok', 'error'],
  }),
  voiceassist_cache_hits_total: counter('Values found in the cache.', {
    layer: ['memory', 'colo', 'redis'],
    namespace: OPEN,
  }),
  voiceassist_cache_misses_total: counter('Values no layer of the cache had.', {
    namespace: OPEN,
  }),
  voiceassist_cache_operation_duration_seconds: seconds(
    'Time a call to the shared cache or counter took.',
    { cache_type: ['redis'], operation: ['cache', 'count'] },
    QUICK,
  ),
  voiceassist_cache_evictions_total: counter('Values that made room for others.', {
    cache_type: ['memory'],
    reason: ['capacity'],
  }),
  voiceassist_cache_size_entries: gauge('Values in the memory of the isolates at work.', {
    cache_type: ['memory'],
  }),

  voiceassist_db_query_duration_seconds: seconds(
    'Time a call to the database took.',
    { query_type: QUERY_TYPES },
    QUICK,
  ),
  voiceassist_db_slow_queries_total: counter('Calls to the database over 100 ms.', {
    query_type: QUERY_TYPES,
  }),
  voiceassist_db_errors_total: counter(
    'Calls the database refused, by class of SQLSTATE, or did not answer.',
    { code: ['unreachable', '08', '22', '23', '40', '42', '53', '57', 'VA', OTHER] },
  ),
  db_connection_pool_size: gauge('Connections the database has open.', {
    state: ['active', 'idle'],
  }),
  voiceassist_db_pool_utilization_ratio: gauge(
    'Share of the connections the database allows that are open.',
    {},
    { unit: 'ratio' },
  ),
  voiceassist_db_size_bytes: gauge('Size of the database.', {}, { unit: 'bytes' }),
  voiceassist_vector_storage_bytes: gauge(
    'Size of the vectors and their index.',
    {},
    {
      unit: 'bytes',
    },
  ),
  voiceassist_dependency_up: gauge('Whether the dependency answered the last check.', {
    dependency: ['database', 'redis', 'vector', 'r2', 'queue', 'identity'],
  }),

  voiceassist_jobs_total: counter('Indexing runs that ended, and messages handled.', {
    type: QUEUES,
    status: ['done', 'retried', 'dead'],
  }),
  voiceassist_job_duration_seconds: seconds('Time a message took.', { type: QUEUES }, JOB),
  voiceassist_queue_depth: gauge('Messages that wait.', { queue: ['documents', 'audit'] }),
  voiceassist_queue_oldest_age_seconds: gauge(
    'Age of the oldest message that waits.',
    { queue: ['documents', 'audit'] },
    { unit: 'seconds' },
  ),
  voiceassist_dead_letters_total: counter('Messages the queue gave up on.', { queue: QUEUES }),

  voiceassist_tool_calls_total: counter('Tools the assistant called.', {
    tool: OPEN,
    status: ['ok', 'failed'],
  }),
} as const satisfies Record<string, Metric>
