/**
 * Who may call a route. A route says so where it is declared, through `secured` or `open`; one
 * that says nothing is refused by `refuseUnguarded` before its handler could run.
 */
import type { RouteConfig } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { matchedRoutes } from 'hono/route'
import type { Actor, Permission } from './context.ts'
import { ProblemError } from './errors.ts'
import type { AppEnv } from './http.ts'

const guards = new WeakSet<object>()

/** Lets in callers who hold `permission`, and gives the handler its context (`c.var.ctx`). */
export function secured<R extends RouteConfig>(permission: Permission, route: R): R {
  const guard = createMiddleware<AppEnv>(async (c, next) => {
    const ctx = await c.var.identify()
    if (!may(ctx.actor, permission)) {
      throw new ProblemError('forbidden', `This needs the permission ${permission}.`)
    }
    c.set('ctx', ctx)
    await next()
  })
  return guarded(route, guard, permission)
}

/** Lets in everybody. The handler has no context: there is no caller and no tenant. */
export function open<R extends RouteConfig>(route: R): R {
  return guarded(route, (_c, next) => next(), 'public')
}

/** Assigns, for a copy would lose what createRoute hides in the route it returns. */
function guarded<R extends RouteConfig>(route: R, guard: MiddlewareHandler, permission: string): R {
  guards.add(guard)
  const middleware = [guard, ...[route.middleware ?? []].flat()]
  return Object.assign(route, { middleware, 'x-permission': permission })
}

function may(actor: Actor, permission: Permission): boolean {
  return actor.type === 'system' || actor.permissions.has(permission)
}

/** Goes first in the app. Every endpoint that matches must be guarded, not just one of them. */
export const refuseUnguarded = createMiddleware(async (c, next) => {
  const endpoints = matchedRoutes(c).filter(({ method, path }) => !isMiddleware(method, path))
  const named = endpoints.map(
    ({ handler, method, path }) => [`${method} ${path}`, handler] as const,
  )
  const safe = new Set(named.filter(([, handler]) => guards.has(handler)).map(([name]) => name))
  const forgotten = named.find(([name]) => !safe.has(name))
  if (forgotten) throw new Error(`${forgotten[0]} has no guard: declare it secured() or open()`)
  await next()
})

/** `app.use` registers for all methods under a wildcard; `app.all('/x')` is still an endpoint. */
const isMiddleware = (method: string, path: string) => method === 'ALL' && path.endsWith('*')
