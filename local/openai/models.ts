/**
 * The offline models by name, and what a suffix makes them do on purpose: `va-extractive-1:429`.
 *
 * - `:429` and `:500` fail each request, 429 with `Retry-After: 1`
 * - `:429-once`, `:500-once`, or `-2`, `-3` … fail that many requests, then answer
 * - `:slow` waits before it answers and between the pieces of a stream (reply.ts has the times)
 * - `:cut` breaks the connection in the middle of the answer
 * - `:invent` (chat) cites sources that are not there and words that were not said
 */
import type { Model } from 'openai/resources/models'
import { ApiError } from './api-error.ts'
import type { Reply } from './reply.ts'

export type Task = 'chat' | 'embedding' | 'audio' | 'moderation' | 'realtime'

const MODEL_TASKS: ReadonlyMap<string, Task> = new Map([
  ['va-extractive-1', 'chat'],
  ['va-lexical-1', 'embedding'],
  ['va-words-1', 'audio'],
  ['va-moderation-1', 'moderation'],
  ['va-realtime-1', 'realtime'],
])

/** 2026-01-01, the same for all: a date is required and says nothing here. */
const CREATED = 1_767_225_600

const FAILURE = /^(429|500)(?:-(once|\d{1,3}))?$/u

export interface Script {
  /** Status of a failure asked for, and for how many requests. */
  readonly failure: { readonly status: number; readonly times: number } | undefined
  readonly pace: 'normal' | 'slow' | 'cut'
  readonly inventing: boolean
}

/** @throws ApiError 404 when there is no such model for this task or no such suffix */
export function scriptOf(name: string, task: Task): Script {
  const [base = '', ...suffixes] = name.split(':')
  const script = scriptOfSuffix(suffixes.join(':'))
  if (MODEL_TASKS.get(base) !== task || !script) throw unknownModel(name)
  return script
}

function scriptOfSuffix(suffix: string): Script | undefined {
  const plain: Script = { failure: undefined, pace: 'normal', inventing: false }
  const [, status, times] = FAILURE.exec(suffix) ?? []
  if (status) {
    const count = times === 'once' ? 1 : times === undefined ? Infinity : Number(times)
    return { ...plain, failure: { status: Number(status), times: count } }
  }
  if (suffix === 'slow' || suffix === 'cut') return { ...plain, pace: suffix }
  if (suffix === 'invent') return { ...plain, inventing: true }
  return suffix === '' ? plain : undefined
}

/** Fails requests as scripts ask; counts each model name on its own. */
export function createFailures(): (name: string, script: Script) => void {
  const failed = new Map<string, number>()
  return (name, { failure }) => {
    const count = failed.get(name) ?? 0
    if (!failure || count >= failure.times) return
    failed.set(name, count + 1)
    throw failure.status === 429
      ? new ApiError(429, `Rate limit reached for ${name}. Please try again in 1s.`, {
          type: 'requests',
          code: 'rate_limit_exceeded',
          retryAfter: 1,
        })
      : new ApiError(500, 'The server had an error while processing your request.', {
          type: 'server_error',
        })
  }
}

export function listModels(): Reply {
  return { type: 'json', body: { object: 'list', data: [...MODEL_TASKS.keys()].map(describe) } }
}

/** @throws ApiError 404 */
export function getModel(name: string): Reply {
  const task = MODEL_TASKS.get(name.split(':')[0] ?? '')
  if (!task) throw unknownModel(name)
  scriptOf(name, task)
  return { type: 'json', body: describe(name) }
}

function describe(id: string): Model {
  return { id, object: 'model', created: CREATED, owned_by: 'voiceassist' }
}

function unknownModel(name: string): ApiError {
  return new ApiError(404, `The model \`${name}\` does not exist or cannot be used here`, {
    code: 'model_not_found',
    param: 'model',
  })
}
