/**
 * Who may call a route. A route says so where it is declared, through `secured` or `open`; one
 * that says nothing is refused by `assertGuarded` before its handler could run.
 */
import type { RouteConfig } from '@hono/zod-openapi'
import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import type { RouterRoute } from 'hono/types'
import { type Actor, FRESH, type Permission } from './context.ts'
import { ProblemError } from './errors.ts'
import { type AppEnv, type Counted, type Credential, problems } from './http.ts'

const guards = new WeakSet<object>()

/** Asked for so often that a tenant's wish for fresh looks leaves them out; none changes what others have. */
const EVERYDAY: ReadonlySet<Permission> = new Set(['flag.evaluate', 'rag.query', 'voice.start'])

/**
 * Lets in callers who hold `permission`, and gives the handler its context (`c.var.ctx`).
 *
 * @param accepts A kind of credential that only this route takes
 */
export function secured<R extends RouteConfig>(
  permission: Permission,
  route: R,
  accepts?: Credential,
): R {
  const guard = createMiddleware<AppEnv>(async (c, next) => {
    const ctx = await c.get('identify')(accepts)
    try {
      if (!may(ctx.actor, permission)) throw lacking(permission)
      const isChange = c.req.method !== 'GET' && !EVERYDAY.has(permission)
      const isStrict = isChange && (await c.get('isStrict')?.(ctx)) === true
      if (isStrict || FRESH.has(permission)) await c.get('confirm')(ctx, permission)
    } catch (error) {
      if (isDenial(error)) {
        ctx.metrics.inc('voiceassist_rbac_denied_total', { permission })
        c.get('onDenied')(ctx, permission)
      }
      throw error
    }
    c.set('ctx', ctx)
    await next()
  })
  return guarded(route, guard, permission)
}

/**
 * Lets in everybody who is signed in, whatever they may do: for what is their own. No program is, and
 * nobody who acts as somebody else, unless `acting` says that it harms nobody.
 */
export function signedIn<R extends RouteConfig>(route: R, { acting = false } = {}): R {
  const guard = createMiddleware<AppEnv>(async (c, next) => {
    const ctx = await c.get('identify')()
    if (ctx.actor.type === 'key' || (ctx.actor.type === 'user' && ctx.actor.clientId)) {
      throw new ProblemError(
        'forbidden',
        'This is for people; no key and no application can do it.',
      )
    }
    if (!acting && ctx.actor.type === 'user' && ctx.actor.actedBy !== undefined) {
      throw new ProblemError('forbidden', 'Only the person themself may do this, nobody for them.')
    }
    c.set('ctx', ctx)
    await next()
  })
  return guarded(route, guard, 'signed-in')
}

/**
 * Counts the route's requests, after its guard has let them in, by what the app it is mounted in has
 * for that: the edge's has the limiter, the identity Worker's nothing, for the edge has counted.
 */
export function counted<R extends RouteConfig>(name: Counted, route: R): R {
  const counter = createMiddleware<AppEnv>(async (c, next) => {
    await c.get('count')(name)
    await next()
  })
  const middleware = [...[route.middleware ?? []].flat(), counter]
  const responses = { ...problems('rate_limited', 'dependency_down'), ...route.responses }
  return Object.assign(route, { middleware, responses, 'x-rate-limit': name })
}

/** The refusal of a caller who is known but may not; it names what is missing. */
export const lacking = (permission: Permission) =>
  new ProblemError('forbidden', `This needs the permission ${permission}.`)

const isDenial = (error: unknown) => error instanceof ProblemError && error.code === 'forbidden'

/** Lets in everybody. The handler has no context: there is no caller and no tenant. */
export function open<R extends RouteConfig>(route: R): R {
  return guarded(route, (_c, next) => next(), 'public')
}

/** Assigns, for a copy would lose what createRoute hides in the route it returns. */
function guarded<R extends RouteConfig>(route: R, guard: MiddlewareHandler, permission: string): R {
  guards.add(guard)
  const middleware = [guard, ...[route.middleware ?? []].flat()]
  const security = permission === 'public' ? [] : [{ accessToken: [] }]
  return Object.assign(route, { middleware, security, 'x-permission': permission })
}

/** What the credential says; a permission in FRESH also needs `confirm`. */
export function may(actor: Actor, permission: Permission): boolean {
  return actor.type === 'system' || actor.permissions.has(permission)
}

/**
 * Called before any handler runs. Every endpoint that matches must be guarded, not just one of
 * them. A guard precedes what it guards, and both have the same method and path.
 *
 * @throws Error naming the route that was declared neither `secured` nor `open`
 */
export function assertGuarded(c: Context): void {
  let guard: RouterRoute | undefined
  for (const route of matchedRoutes(c)) {
    if (guards.has(route.handler)) guard = route
    const { method, path } = route
    if (guard?.method === method && guard.path === path) continue
    if (isMiddleware(method, path)) continue
    throw new Error(`${method} ${path} has no guard: declare it secured() or open()`)
  }
}

/** `assertGuarded` for an app that has nothing else to do first. */
export const refuseUnguarded = createMiddleware((c, next) => {
  assertGuarded(c)
  return next()
})

/** `app.use` registers for all methods under a wildcard; `app.all('/x')` is still an endpoint. */
const isMiddleware = (method: string, path: string) => method === 'ALL' && path.endsWith('*')
