/** The identity Worker's HTTP side, reached through the service binding. */
import type { Context } from 'hono'
import { ProblemError } from '../../shared/errors.ts'
import type { AppEnv } from '../../shared/http.ts'
import { currentTraceparent, withSpan } from '../../shared/tracing.ts'

export interface IdentityBinding {
  readonly IDENTITY: { fetch(request: Request): Promise<Response> }
}

/** The routers of this feature: what they do is done by the identity Worker. */
export interface IdentityRoutes extends AppEnv {
  Bindings: IdentityBinding
}

interface Trace {
  requestId: string
  traceparent: string
}

/** What of a request's Hono context is needed to pass it on, whatever else the route has. */
interface Passing extends Pick<Context, 'newResponse'> {
  readonly env: IdentityBinding
  readonly req: { readonly raw: Request }
  readonly var: Trace
}

/** Asks the identity Worker and answers with what it says. */
export async function pass(c: Passing, body?: object | string): Promise<never> {
  return passed(c, await askIdentity(c.env, c.req.raw, body, c.var))
}

/**
 * The identity Worker's answer as this route's own. Safe: it is made from the same contract, and
 * Hono cannot know the type of a body it only passes on.
 */
export function passed(c: Pick<Context, 'newResponse'>, answer: Response): never {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return c.newResponse(answer.body, answer) as never
}

/**
 * Passes a request on, with `body` in place of its own and under our request id.
 *
 * @param body What the route's schema let through, as JSON unless it is text; undefined where it
 *   takes none.
 * @throws ProblemError dependency_down when the identity Worker does not answer
 */
export async function askIdentity(
  env: IdentityBinding,
  { url, method, headers: given }: Request,
  body: object | string | undefined,
  { requestId, traceparent }: Trace,
): Promise<Response> {
  const headers = new Headers(given)
  headers.delete('content-length')
  headers.set('x-request-id', requestId)
  const text = typeof body === 'object' ? JSON.stringify(body) : (body ?? null)
  // A redirect is an answer for the browser, not for us to follow.
  const init = { method, headers, body: text, redirect: 'manual' } as const
  const start = { name: 'identity.fetch', kind: 'client' } as const
  try {
    return await withSpan(start, () => {
      headers.set('traceparent', currentTraceparent() ?? traceparent)
      return env.IDENTITY.fetch(new Request(url, init))
    })
  } catch (cause) {
    const detail = 'The identity service does not answer. Try again shortly.'
    throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
  }
}
