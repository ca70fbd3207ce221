/** Errors as the OpenAI API words them: `{error: {message, type, param, code}}`. */
import type * as z from 'zod'

export class ApiError extends Error {
  override name = 'ApiError'
  readonly status: number
  readonly type: string
  readonly code: string | null
  readonly param: string | null
  /** Seconds, for the Retry-After header. */
  readonly retryAfter: number | undefined

  constructor(
    status: number,
    message: string,
    options: { type?: string; code?: string; param?: string; retryAfter?: number } = {},
  ) {
    super(message)
    this.status = status
    this.type = options.type ?? 'invalid_request_error'
    this.code = options.code ?? null
    this.param = options.param ?? null
    this.retryAfter = options.retryAfter
  }

  get body(): unknown {
    const { message, type, param, code } = this
    return { error: { message, type, param, code } }
  }
}

/** The value as the schema has it. @throws ApiError 400 naming the first wrong parameter */
export function parseWith<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const param = issue?.path.join('.') || undefined
  const message = `${param ? `Invalid '${param}': ` : ''}${issue?.message ?? 'invalid request'}`
  throw new ApiError(400, message, { code: 'invalid_value', ...(param ? { param } : {}) })
}
