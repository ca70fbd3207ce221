/** The values that labels of several metrics may have, or that others choose from. Pure. */
import { PROBLEMS, type ProblemCode } from './errors.ts'
import { OTHER } from './metric.ts'

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', OTHER] as const
export const PURPOSES = [
  'answer',
  'assist',
  'rewrite',
  'rerank',
  'embed_query',
  'embed_document',
  'embed_text',
  'transcribe',
  'speak',
] as const
export const YES_NO = ['true', 'false'] as const
export const QUEUES = ['documents', 'mail', 'audit', 'usage', 'exposures'] as const
export const QUERY_TYPES = ['select', 'insert', 'update', 'delete', 'with', 'batch'] as const
export const PROBLEM_CODES: readonly ProblemCode[] = Object.keys(PROBLEMS).filter(isProblemCode)

function isProblemCode(code: string): code is ProblemCode {
  return code in PROBLEMS
}

/** Flags every deployment knows (requirements 3.6); the names of others are their makers' words. */
export const FLAG_NAMES = [
  'rbac_enforcement',
  'rbac_strict_mode',
  'metrics_enabled',
  'tracing_enabled',
  'logging_verbose',
  'nextcloud_integration',
  'openai_enabled',
  'nextcloud_auto_index',
  'rag_strategy',
  'rag_max_results',
  'rag_score_threshold',
  'cache_enabled',
  'async_indexing',
  'beta_features',
  'experimental_api',
  OTHER,
] as const

/** Pages of the console, as its router names them (workers/console/routes). */
export const PAGES = [
  '/account',
  '/applications',
  '/ask',
  '/assistant',
  '/assistants',
  '/audit',
  '/consent',
  '/conversations',
  '/costs',
  '/evals',
  '/experiments',
  '/flags',
  '/forgot-password',
  '/help',
  '/invitation',
  '/keys',
  '/knowledge',
  '/mcp-servers',
  '/members',
  '/organization',
  '/overview',
  '/platform',
  '/reservations',
  '/reset-password',
  '/roles',
  '/search',
  '/sessions',
  '/setup',
  '/sign-in',
  '/teams',
  '/traces',
  '/verify-email',
  '/voice',
  OTHER,
] as const

/** What the console's buttons say they do: their `data-action`. */
export const ACTIONS = ['ask', 'create-flag', 'sign-in', 'stop-answer', 'voice', OTHER] as const

/** Ways through the console, each with its steps in order. A step is of one journey alone. */
export const JOURNEYS = {
  question: ['login', 'query', 'result'],
  document: ['upload', 'indexed', 'cited'],
  call: ['call', 'turn', 'completed'],
} as const
export const STEPS = [...JOURNEYS.question, ...JOURNEYS.document, ...JOURNEYS.call] as const
