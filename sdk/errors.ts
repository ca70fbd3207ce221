/** What a failed call becomes: one error class with the server's code and request id. */

/** One invalid field, as the server names it (RFC 6901 pointer inside the body, query or path). */
export interface FieldProblem {
  in: string
  pointer: string
  detail: string
}

interface ErrorFacts {
  code: string
  status: number
  requestId: string | null
  fields?: readonly FieldProblem[]
  retryAfterMs?: number | null
  cause?: unknown
}

/**
 * Every rejection of this client. `code` is the server's problem code, or `network` when no answer
 * came and `aborted` when the caller's signal ended the call. `message` is meant to be shown.
 */
export class VoiceAssistError extends Error {
  readonly code: string
  /** HTTP status; 0 when there was no response. */
  readonly status: number
  /** The id to look the failure up with; null when the request never reached the server. */
  readonly requestId: string | null
  readonly fields: readonly FieldProblem[]
  /** What the server's Retry-After header asked for. */
  readonly retryAfterMs: number | null

  constructor(message: string, facts: ErrorFacts) {
    super(message, { cause: facts.cause })
    this.name = 'VoiceAssistError'
    this.code = facts.code
    this.status = facts.status
    this.requestId = facts.requestId
    this.fields = facts.fields ?? []
    this.retryAfterMs = facts.retryAfterMs ?? null
  }
}

interface Problem {
  code?: unknown
  title?: unknown
  detail?: unknown
  errors?: unknown
  requestId?: unknown
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

const isField = (value: unknown): value is FieldProblem =>
  typeof value === 'object' && value !== null && 'pointer' in value && 'detail' in value

/** Retry-After in milliseconds; RFC 9110 10.2.3 allows seconds or a date. */
function readRetryAfter(value: string | null, now = Date.now()): number | null {
  if (value === null) return null
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const at = Date.parse(value)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}

interface Refusal {
  status: number
  body: string
  header: (name: string) => string | null
}

const parseProblem = (body: string): Problem => {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === 'object' && parsed !== null ? parsed : {}
  } catch {
    return {}
  }
}

/** Any problem+json object (a body, or the data of an `error` event) as an error. */
export function fromProblem(problem: Problem, facts: Partial<ErrorFacts> = {}): VoiceAssistError {
  const message = text(problem.detail) ?? text(problem.title) ?? `HTTP ${facts.status ?? 0}`
  return new VoiceAssistError(message, {
    code: text(problem.code) ?? 'unknown',
    status: facts.status ?? 0,
    requestId: text(problem.requestId) ?? facts.requestId ?? null,
    fields: Array.isArray(problem.errors) ? problem.errors.filter(isField) : [],
    retryAfterMs: facts.retryAfterMs ?? null,
  })
}

/** A response that is not 2xx. Bodies that are not problem+json (a proxy's page) keep the status. */
export function fromRefusal({ status, body, header }: Refusal): VoiceAssistError {
  return fromProblem(parseProblem(body), {
    status,
    requestId: header('x-request-id'),
    retryAfterMs: readRetryAfter(header('retry-after')),
  })
}

/** A call that got no answer at all. */
export function fromFailure(thrown: unknown): VoiceAssistError {
  if (thrown instanceof VoiceAssistError) return thrown
  const aborted = thrown instanceof Error && thrown.name === 'AbortError'
  return new VoiceAssistError(
    aborted ? 'The call was cancelled.' : 'The server cannot be reached.',
    { code: aborted ? 'aborted' : 'network', status: 0, requestId: null, cause: thrown },
  )
}
