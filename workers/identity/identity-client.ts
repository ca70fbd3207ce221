/** The identity Worker's HTTP side, reached through the service binding. */
import { ProblemError } from '../../shared/errors.ts'

export interface IdentityBinding {
  readonly IDENTITY: { fetch(request: Request): Promise<Response> }
}

interface Trace {
  requestId: string
  traceparent: string
}

/**
 * Passes a request on, with `body` in place of its own and under our request id.
 *
 * @param body What the route's schema let through; undefined where it takes none.
 * @throws ProblemError dependency_down when the identity Worker does not answer
 */
export async function askIdentity(
  env: IdentityBinding,
  { url, method, headers: given }: Request,
  body: object | undefined,
  { requestId, traceparent }: Trace,
): Promise<Response> {
  const headers = new Headers(given)
  headers.delete('content-length')
  headers.set('x-request-id', requestId)
  headers.set('traceparent', traceparent)
  const text = body ? JSON.stringify(body) : null
  try {
    return await env.IDENTITY.fetch(new Request(url, { method, headers, body: text }))
  } catch (cause) {
    const detail = 'The identity service does not answer. Try again shortly.'
    throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
  }
}
