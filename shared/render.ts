/** A problem's wire form. Each public protocol has its own; the path says which one is spoken. */
import { PROBLEMS, type ProblemCode, type ProblemError } from './errors.ts'

export interface Rendered {
  status: (typeof PROBLEMS)[ProblemCode]['status']
  contentType: string
  body: string
}

export function render(problem: ProblemError, path: string, requestId: string): Rendered {
  if (path.startsWith('/ofrep/')) return asOfrep(problem, path)
  if (path.startsWith('/v1/')) return asOpenAi(problem)
  if (OAUTH.has(path)) return asOAuth(problem)
  if (path.startsWith('/twilio/')) return asTwiml(problem)
  return asProblemDetails(problem, requestId)
}

/** RFC 9457. */
function asProblemDetails(problem: ProblemError, requestId: string): Rendered {
  const { code, message, errors, members } = problem
  const { status, title } = PROBLEMS[code]
  const type = `/problems/${code}`
  const body = { ...members, type, title, status, code, detail: message, errors, requestId }
  return { status, contentType: 'application/problem+json', body: JSON.stringify(body) }
}

/** OFREP 0.3; `key` also on errors, for without it OpenFeature's clients reject the body. */
function asOfrep({ code, message, errors }: ProblemError, path: string): Rendered {
  const noSubject = errors?.some(({ pointer }) => pointer === '/context/targetingKey')
  const errorCode = noSubject ? 'TARGETING_KEY_MISSING' : (OFREP_CODES[code] ?? 'GENERAL')
  return jsonOf(code, { key: lastSegment(path), errorCode, errorDetails: message })
}

const OFREP_CODES: Partial<Record<ProblemCode, string>> = {
  invalid_request: 'PARSE_ERROR',
  invalid_fields: 'INVALID_CONTEXT',
  not_found: 'FLAG_NOT_FOUND',
}

/** As sent when it is no valid percent-encoding: an error must not fail while it is rendered. */
function lastSegment(path: string): string {
  const segment = path.slice(path.lastIndexOf('/') + 1)
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** The error object of the OpenAI API, as its client libraries read it. */
function asOpenAi({ code, message, errors }: ProblemError): Rendered {
  const type = OPENAI_TYPES[code] ?? 'invalid_request_error'
  const param = errors?.[0]?.pointer.slice(1).replaceAll('/', '.') ?? null
  return jsonOf(code, { error: { message, type, param, code } })
}

const OPENAI_TYPES: Partial<Record<ProblemCode, string>> = {
  unauthenticated: 'authentication_error',
  budget_exceeded: 'insufficient_quota',
  forbidden: 'permission_error',
  rate_limited: 'rate_limit_error',
  internal: 'server_error',
  misconfigured: 'server_error',
  dependency_down: 'server_error',
  timed_out: 'server_error',
}

/** Where failures are RFC 6749's: section 5.2, and RFC 7009, section 2.2.1. */
const OAUTH = new Set(['/oauth/token', '/oauth/revoke'])

/** What is no matter of clients and grants, which these endpoints judge themselves. */
function asOAuth({ code, message }: ProblemError): Rendered {
  const { status } = PROBLEMS[code]
  const isBusy = code === 'dependency_down' || code === 'rate_limited'
  if (isBusy) return jsonOf(code, { error: 'temporarily_unavailable', error_description: message })
  const isOurs = status >= 500 || code === 'not_found'
  const error = status >= 500 ? 'server_error' : 'invalid_request'
  return jsonOf(isOurs ? code : 'invalid_request', { error, error_description: message })
}

/** None of these protocols knows 422. */
function jsonOf(code: ProblemCode, body: object): Rendered {
  const status = code === 'invalid_fields' ? 400 : PROBLEMS[code].status
  return { status, contentType: 'application/json', body: JSON.stringify(body) }
}

/**
 * What a caller hears when a Twilio webhook fails, instead of dead air.
 * https://www.twilio.com/docs/voice/twiml/say
 */
function asTwiml({ code }: ProblemError): Rendered {
  const say = '<Say language="ru-RU">Извините, произошла ошибка. Попробуйте позже.</Say>'
  const body = `<?xml version="1.0" encoding="UTF-8"?><Response>${say}<Hangup/></Response>`
  return { status: PROBLEMS[code].status, contentType: 'text/xml', body }
}
