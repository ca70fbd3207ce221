/**
 * Every metric there is: name, type, unit, labels, buckets, help. Pure data; what counts is
 * metrics.ts, what is printed metrics-exposition.ts. A label lists all the values it may have, or is
 * open for what the code or the deployment names (a route, a model), never for what a caller sends.
 */
import { PERMISSIONS } from './context.ts'
import { FLAG_NAMES, METHODS, PROBLEM_CODES, PURPOSES, YES_NO } from './metric-labels.ts'
import {
  counter,
  gauge,
  histogram,
  type Metric,
  OPEN,
  OTHER,
  seconds,
  type Type,
} from './metric.ts'
import { REQUEST, RUM_METRICS } from './metrics-rum.ts'
import { JOB, STORE_METRICS } from './metrics-stores.ts'
import { MODEL_KINDS } from './model-price.ts'

/** Routes times the statuses they answer with. */
const MAX_HTTP_SERIES = 1000

const STAGE = [0.05, 0.1, 0.25, 0.5, 1, 2, 2.5, 5, 10, 30]

export const CATALOGUE = {
  voiceassist_user_registrations_total: counter(
    'Accounts that were made.',
    {},
    {
      aliases: [{ name: 'user_registrations_total' }],
    },
  ),
  voiceassist_user_logins_total: counter('Sign-ins that succeeded.', {}),
  voiceassist_active_users_daily: gauge(
    'People with a session made or renewed in the last 24 hours.',
    {},
    {
      aliases: [{ name: 'active_users' }],
    },
  ),
  voiceassist_active_users_monthly: gauge(
    'People with a session made or renewed in the last 30 days.',
    {},
  ),

  voiceassist_user_session_duration_seconds: seconds(
    'How long sessions lasted whose users signed out.',
    {},
    [60, 300, 600, 1800, 3600, 7200, 14_400],
  ),

  voiceassist_rag_queries_total: counter('Questions asked.', {
    success: YES_NO,
    has_citations: YES_NO,
  }),
  voiceassist_rag_citations_per_query: histogram(
    'Citations of an answer.',
    {},
    [0, 1, 2, 3, 5, 10, 20],
  ),
  voiceassist_rag_stage_duration_seconds: seconds(
    'Time a stage of answering took.',
    { stage: ['cache', 'embed', 'search', 'rewrite', 'rerank', 'generate', 'total'] },
    STAGE,
  ),
  voiceassist_rag_fallback_total: counter(
    'Searches that went on without a model that should have helped.',
    { stage: ['rewrite', 'rerank'], reason: ['late', 'failed'] },
  ),
  voiceassist_rag_first_token_seconds: seconds('Time until the first token.', {}, STAGE),
  voiceassist_rag_abstentions_total: counter('Questions the documents do not answer.', {}),
  voiceassist_rag_query_satisfaction_score: histogram(
    'What askers think of an answer, the first time they rate it: 0 to 5.',
    {},
    [0, 1, 2, 3, 4, 5],
  ),

  voiceassist_kb_documents_total: gauge('Documents that can be found.', {}),
  voiceassist_kb_chunks_total: gauge('Chunks that can be found.', {}),
  voiceassist_kb_document_uploads_total: counter('Files that were taken in.', {
    source_type: ['upload'],
    file_type: ['pdf', 'md', 'txt', 'html', 'csv', 'json', 'docx', 'pptx', 'xlsx', 'epub'],
  }),
  voiceassist_kb_indexing_duration_seconds: seconds('Time one indexing run took.', {}, JOB),

  http_requests_total: counter(
    'Requests answered.',
    { method: METHODS, endpoint: OPEN, status: OPEN },
    {
      maxSeries: MAX_HTTP_SERIES,
      aliases: [
        { name: 'voiceassist_api_endpoints_usage_total', labels: { status: 'status_code' } },
      ],
    },
  ),
  http_request_duration_seconds: seconds(
    'Time until the response began.',
    { method: METHODS, endpoint: OPEN },
    REQUEST,
    {
      maxSeries: MAX_HTTP_SERIES,
      aliases: [{ name: 'voiceassist_api_response_time_by_endpoint_seconds' }],
    },
  ),
  http_requests_active: gauge('Requests being answered.', { method: METHODS, endpoint: OPEN }),
  voiceassist_errors_total: counter('Requests that ended as a problem.', { kind: PROBLEM_CODES }),
  voiceassist_ratelimit_rejected_total: counter('Requests refused for their number.', {
    scope: ['flood', 'rum', 'sign_in', 'caller', 'tenant', 'address', 'number', 'voice_sessions'],
  }),

  voiceassist_openai_api_calls_total: counter('Calls to the model provider that were answered.', {
    model: OPEN,
    purpose: PURPOSES,
  }),
  voiceassist_openai_tokens_used_total: counter('Tokens the model provider counted.', {
    model: OPEN,
    token_type: ['input', 'output'],
  }),
  voiceassist_openai_api_cost_dollars_total: counter('What provider calls cost.', {}),
  voiceassist_cost_dollars_total: counter('What provider calls cost, by what they were.', {
    provider: OPEN,
    kind: MODEL_KINDS,
  }),
  voiceassist_answer_cost_dollars: histogram(
    'What one answer cost.',
    { endpoint: ['ask', 'assistant'] },
    [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5],
  ),
  voiceassist_budget_rejected_total: counter('Provider calls a budget refused.', {
    scope: ['daily', 'monthly', 'user_daily', 'per_call'],
  }),
  voiceassist_budget_alerts_total: counter('Shares of budgets that were reached.', {
    scope: ['daily', 'monthly'],
    percent: ['50', '75', '90', '100'],
  }),
  voiceassist_budget_limit_dollars: gauge('What all limits of a kind allow together.', {
    scope: ['daily', 'monthly'],
  }),
  voiceassist_budget_spent_dollars: gauge('What tenants with such a limit spent of it.', {
    scope: ['daily', 'monthly'],
  }),
  voiceassist_cost_anomalies_total: counter('Hours of a tenant that cost far more than usual.', {}),
  voiceassist_unpriced_calls_total: counter('Calls of models that have no price.', {
    model: OPEN,
  }),
  voiceassist_retries_total: counter('Calls to providers that were tried again.', {
    service: OPEN,
    reason: ['no_answer', 'rate_limited', 'server_error'],
  }),
  voiceassist_breaker_state: gauge('Isolates that leave the service alone at present.', {
    service: ['upstash', 'openai'],
  }),

  voiceassist_system_uptime_seconds: gauge(
    'Time since this version was deployed.',
    {},
    {
      unit: 'seconds',
    },
  ),
  voiceassist_feature_flag_checks_total: counter('Flags evaluated.', {
    flag_name: FLAG_NAMES,
    result: ['found', 'missing'],
  }),
  voiceassist_exposures_total: counter(
    'Exposures: told to the queue, known to the isolate already, in the database.',
    { outcome: ['told', 'repeated', 'stored'] },
  ),
  voiceassist_admin_actions_total: counter('Changes made by administration.', {
    action_type: [
      'api-keys',
      'budget',
      'feature-flags',
      'invitations',
      'kb',
      'provider-keys',
      'roles',
      'tenants',
      'users',
      OTHER,
    ],
    success: YES_NO,
  }),

  ...STORE_METRICS,

  voiceassist_voice_sessions_active: gauge('Voice sessions that are open.', {}),
  voice_processing_duration_seconds: seconds(
    'Time a stage of a voice turn took.',
    { stage: ['vad', 'stt', 'rag', 'llm', 'llm_ttft', 'tts', 'tts_ttfb', 'turn'] },
    STAGE,
    { aliases: [{ name: 'voiceassist_voice_processing_duration_seconds' }] },
  ),
  voice_processing_errors_total: counter(
    'Stages of voice turns that failed.',
    { error_type: ['stt', 'llm', 'tts'] },
    { aliases: [{ name: 'voiceassist_voice_processing_errors_total' }] },
  ),
  conversations_created_total: counter(
    'Voice sessions that were opened.',
    {},
    {
      aliases: [{ name: 'voiceassist_conversations_created_total' }],
    },
  ),
  messages_sent_total: counter(
    'Turns of conversations.',
    { conversation_type: ['voice', 'text'] },
    { aliases: [{ name: 'voiceassist_messages_sent_total' }] },
  ),

  voiceassist_agent_fallback_total: counter('Models of the assistant that were passed over.', {
    reason: ['failed', 'left_alone', 'unavailable'],
  }),
  voiceassist_max_turns_reached_total: counter('Conversations that ended for their length.', {}),

  voiceassist_audit_chain_ok: gauge(
    'Whether no audit log was broken when it was last verified.',
    {},
  ),
  voiceassist_auth_failures_total: counter('Credentials that were refused.', {
    reason: ['sign_in', 'second_factor', 'credential'],
  }),
  voiceassist_rbac_denied_total: counter('Callers refused for want of a permission.', {
    permission: PERMISSIONS,
  }),

  ...RUM_METRICS,

  voiceassist_error_reports_total: counter('Failures reported, by what became of the report.', {
    result: ['sent', 'retried', 'refused', 'dropped'],
  }),
  voiceassist_metrics_batches_total: counter('Batches of metrics, by what became of them.', {
    result: ['applied', 'duplicate', 'expired', 'failed', 'dropped'],
  }),
  voiceassist_metrics_dropped_series_total: counter('Updates counted as __other__.', {
    metric: OPEN,
  }),
  voiceassist_traces_exported_total: counter('Spans for the collector, by what became of them.', {
    result: ['sent', 'failed', 'dropped'],
  }),
  voiceassist_traces_stored_total: counter('Spans for the database, by what became of them.', {
    result: ['sent', 'failed', 'dropped'],
  }),
  voiceassist_log_lines_pushed_total: counter('Log lines for Loki, by what became of them.', {
    result: ['sent', 'failed', 'dropped'],
  }),
  voiceassist_build_info: gauge('1, labelled with the version that answers.', { version: OPEN }),
} as const satisfies Record<string, Metric>

type Catalogue = typeof CATALOGUE
export type MetricName = keyof Catalogue

type NamesOf<T extends Type> = {
  [N in MetricName]: Catalogue[N]['type'] extends T ? N : never
}[MetricName]

export type CounterName = NamesOf<'counter'>
export type GaugeName = NamesOf<'gauge'>
export type HistogramName = NamesOf<'histogram'>

/** The labels a metric has, each with the values it may take. */
export type LabelsOf<N extends MetricName> = {
  readonly [
    L in keyof Catalogue[N]['labels']
  ]: Catalogue[N]['labels'][L] extends readonly (infer V extends string)[] ? V : string
}

export const metricNamed = (name: string): Metric | undefined =>
  isMetricName(name) ? CATALOGUE[name] : undefined

export const isMetricName = (name: string): name is MetricName => Object.hasOwn(CATALOGUE, name)
