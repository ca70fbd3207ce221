/** What every feature's routes.ts is made with: a typed router and short response helpers. */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Caller, Permission, ServiceContext } from './context.ts'
import { type FieldError, PROBLEMS, type ProblemCode, ProblemError, toProblem } from './errors.ts'
import type { Log } from './log.ts'
import { render } from './render.ts'
import { unstorableIn } from './storable.ts'

/** Credentials that open single routes. `voice_key`: an `ek_…`, which opens a voice session. */
export type Credential = 'voice_key'

/** What routes of the identity Worker's contracts are counted as; the numbers are workers/limits. */
export type Counted = 'admin.write' | 'access.change'

export interface AppEnv<Ctx extends ServiceContext = ServiceContext> {
  Variables: {
    requestId: string
    traceparent: string
    log: Log
    /**
     * Called by the guard.
     *
     * @param accepts A kind of credential that this route takes beside those every route takes
     * @throws ProblemError unauthenticated
     */
    identify: (accepts?: Credential) => Promise<Ctx>
    /**
     * Called by the guard of a permission in FRESH: does the caller hold it at this very moment?
     *
     * @throws ProblemError unauthenticated, forbidden, or dependency_down when nobody can tell
     */
    confirm: (caller: Caller, permission: Permission) => Promise<void>
    /**
     * Called by the guard before what changes something: shall the permission be confirmed although it is
     * not in FRESH? Absent where that has been done already.
     */
    isStrict?: (ctx: ServiceContext) => Promise<boolean>
    /** Called by the guard before it refuses whoever lacks `permission`. */
    onDenied: (ctx: ServiceContext, permission: Permission) => void
    /**
     * Called after the guard of a route that is `counted`.
     *
     * @throws ProblemError rate_limited; dependency_down where nothing may pass uncounted
     */
    count: (name: Counted) => Promise<void>
    /** Set by `secured`; a route that is `open` has none. */
    ctx: Ctx
  }
}

/**
 * A router on which invalid input ends as a problem, like every other failure.
 *
 * @param refusal Of input that is not of its schema; where programs alone send it, that is a bad request
 */
export function createRouter<Env extends AppEnv>(refusal: Refusal = 'invalid_fields') {
  return new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (result.success) return refuseUnstorable(refusal, result.target, result.data)
      const errors = result.error.issues.flatMap((issue) => fieldErrors(result.target, issue))
      throw new ProblemError(refusal, 'Correct the fields named in errors.', { errors })
    },
  })
}

type Refusal = 'invalid_fields' | 'invalid_request'

/** @throws ProblemError of the code `refusal` */
function refuseUnstorable(refusal: Refusal, target: string, data: unknown): void {
  const detail = 'must not hold U+0000 or half of a surrogate pair'
  const errors = unstorableIn(data).map((path) => {
    return { in: target, pointer: toPointer(path), detail }
  })
  if (errors.length === 0) return
  throw new ProblemError(refusal, 'Correct the fields named in errors.', { errors })
}

/** One per field: a list of unknown fields is told apart, so that a form can mark each. */
function fieldErrors(target: string, issue: z.core.$ZodIssue): FieldError[] {
  const at = (path: PropertyKey[], detail: string) => ({
    in: target,
    pointer: toPointer(path),
    detail,
  })
  if (issue.code !== 'unrecognized_keys') return [at(issue.path, issue.message)]
  return issue.keys.map((key) => at([...issue.path, key], 'is not a field of this request'))
}

/** RFC 6901: the empty string is the whole document. */
const toPointer = (path: PropertyKey[]) =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** A JSON response, for `createRoute`. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

/** A JSON request body. Required, or a request without any body would pass as `{}`, unchecked. */
export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { required: true, content: { 'application/json': { schema } } }
}

/**
 * The failures a route documents, for `createRoute`'s `responses`.
 * Typed as empty on purpose: handlers throw problems and can never return one.
 */
export function problems(...codes: ProblemCode[]): object {
  const schema = z.object({ type: z.string(), title: z.string(), status: z.number() })
  const content = { 'application/problem+json': { schema: schema.loose().openapi('Problem') } }
  return Object.fromEntries(
    codes.map((code) => [PROBLEMS[code].status, { description: PROBLEMS[code].title, content }]),
  )
}

/** The caller's, which names their tenant, once the guard knows them. */
const logOf = ({ var: { ctx, log } }: Pick<Context<Partial<AppEnv>>, 'var'>): Log => ctx?.log ?? log

/** RFC 9728, section 5.1: clients of /mcp learn from it where to get a token. */
function challengeOf({ path, url }: Pick<Context['req'], 'path' | 'url'>): string {
  if (path !== '/mcp') return 'Bearer'
  const { origin } = new URL(url)
  return `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`
}

/** The app's only error handler: every failure leaves in the form its path speaks. */
export function renderError(thrown: Error, c: Pick<Context<AppEnv>, 'req' | 'var' | 'body'>) {
  const problem = toProblem(thrown)
  const { status, contentType, body } = render(problem, c.req.path, c.var.requestId)
  if (status >= 500) logOf(c).error('request failed', { path: c.req.path, error: thrown })

  const headers: Record<string, string> = { 'content-type': contentType }
  // RFC 9110, section 11.6.1: a 401 names the scheme that would do.
  if (status === 401) headers['www-authenticate'] = challengeOf(c.req)
  if (problem.retryAfterSeconds) headers['retry-after'] = String(problem.retryAfterSeconds)
  return c.body(body, status, headers)
}
