/**
 * Failures that end a request on purpose. `PROBLEMS` is the whole catalogue: adding a failure is
 * adding one row, and the HTTP edge, the OpenAPI document and docs/api/problems.md follow.
 * What a failure looks like on the wire is render.ts.
 */
import { HTTPException } from 'hono/http-exception'

export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'Authentication is required' },
  budget_exceeded: { status: 402, title: 'The budget is used up' },
  forbidden: { status: 403, title: 'The caller may not do this' },
  not_found: { status: 404, title: 'The resource does not exist' },
  conflict: { status: 409, title: 'The resource is not in the needed state' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The content type is not accepted here' },
  invalid_fields: { status: 422, title: 'Some fields are not valid' },
  upgrade_required: { status: 426, title: 'This address speaks WebSocket only' },
  rate_limited: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Unexpected failure' },
  misconfigured: { status: 500, title: 'The service is not configured' },
  dependency_down: { status: 503, title: 'A service we depend on is down' },
  timed_out: { status: 504, title: 'A service we depend on took too long' },
} as const

export type ProblemCode = keyof typeof PROBLEMS

/** One invalid field: where in the request (json, query, param), and its RFC 6901 pointer there. */
export type FieldError = { in: string; pointer: string; detail: string }

interface Extras extends ErrorOptions {
  errors?: FieldError[]
  /** Becomes the Retry-After header. */
  retryAfterSeconds?: number
  /** More of the problem for programs to read: RFC 9457, section 3.2. */
  members?: Readonly<Record<string, unknown>>
}

/** Thrown by services; turned into a response in exactly one place, `renderError` in http.ts. */
export class ProblemError extends Error {
  readonly code: ProblemCode
  readonly errors: FieldError[] | undefined
  readonly retryAfterSeconds: number | undefined
  readonly members: Readonly<Record<string, unknown>> | undefined

  /** @param detail For the caller to read: say what to change, never what is inside us. */
  constructor(
    code: ProblemCode,
    detail: string,
    { errors, retryAfterSeconds, members, cause }: Extras = {},
  ) {
    super(detail, { cause })
    this.name = 'ProblemError'
    this.code = code
    this.errors = errors
    this.retryAfterSeconds = retryAfterSeconds
    this.members = members
  }
}

/** What Hono refuses by itself: malformed JSON, a wrong content type, a body over its limit. */
const REFUSALS: Partial<Record<number, ProblemCode>> = {
  400: 'invalid_request',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
}

/** Any thrown value as a problem. Unknown failures show nothing of their message. */
export function toProblem(thrown: unknown): ProblemError {
  if (thrown instanceof ProblemError) return thrown
  const refusal = thrown instanceof HTTPException ? REFUSALS[thrown.status] : undefined
  const detail =
    thrown instanceof HTTPException && refusal
      ? thrown.message
      : 'The failure is logged under this request id; try again, or report the id.'
  return new ProblemError(refusal ?? 'internal', detail, { cause: thrown })
}
