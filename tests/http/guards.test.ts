/**
 * Who may call what, over every route there is. permissions.txt and access.txt are reviewed by
 * hand: a change in them is a change of the product's authorisation, wanted or not.
 */
import { Hono } from 'hono'
import type { RouterRoute } from 'hono/types'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { PERMISSIONS } from '../../shared/context.ts'
import { renderError } from '../../shared/http.ts'
import { createApp } from '../../workers/app.ts'
import type { EdgeApp } from '../../workers/edge-routes.ts'
import { encodeBits } from '../../workers/identity/permission-bits.ts'
import { ROLES } from '../../workers/identity/roles.ts'
import { startApp, type TestApp, type Who } from './harness.ts'

interface Route {
  method: string
  /** As OpenAPI spells it. */
  path: string
  permission: string
}

const document = () =>
  createApp().getOpenAPI31Document({ openapi: '3.1.0', info: { title: 't', version: '1' } })

const routes: Route[] = Object.entries(document().paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => {
    const permission = String(Object(operation)['x-permission'])
    return { method: method.toUpperCase(), path, permission }
  }),
)
const guarded = routes.filter(({ permission }) => permission !== 'public')
/** Those that everybody who is signed in may call need no permission. */
const secured = guarded.filter(({ permission }) => permission !== 'signed-in')

/** Everybody there is, as their token has it; a role of a tenant's own grants `kb.read` here. */
const PRINCIPALS: Record<string, Who | undefined> = {
  anonymous: undefined,
  expired: { expires: '-1m' },
  'unknown-role': { role: 'superuser' },
  ...Object.fromEntries(ROLES.map((role) => [role, { role }])),
  'own-role': { role: 'reader', bits: encodeBits(new Set(['kb.read']), PERMISSIONS) },
  'own-role-forged': { role: 'reader', bits: encodeBits(new Set(PERMISSIONS), PERMISSIONS) },
  platform: { role: 'viewer', runsPlatform: true },
  impersonating: { role: 'owner', actedBy: 'root', runsPlatform: true },
  'other-tenant': { tenant: 'globex', role: 'owner' },
}
const addressOf = ({ path }: Route) => path.replaceAll(/\{\w+\}/g, 'x')

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

test('one regular expression finds every route', async () => {
  const every = createApp()
  await every.request('/live', {}, app.env, app.execution)
  expect(every.router.name).toBe('SmartRouter + RegExpRouter')
})

test('a route whose guard was forgotten is refused before its handler runs', async () => {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  const forgetful = createApp()
  const handler = vi.fn<() => Response>(() => new Response('leaked'))
  forgetful.get('/api/leak', handler)
  forgetful.all('/openapi.json', handler)

  expect((await forgetful.request('/api/leak', {}, app.env, app.execution)).status).toBe(500)
  expect((await forgetful.request('/openapi.json', {}, app.env, app.execution)).status).toBe(500)
  expect(handler).not.toHaveBeenCalled()
  log.mockRestore()
})

test('every route is in the OpenAPI document', () => {
  const isMiddleware = ({ method, path }: { method: string; path: string }) =>
    method === 'ALL' && path.endsWith('*')
  const registered = createApp()
    .routes.filter((route) => !isMiddleware(route))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`)
  const documented = routes.map(({ method, path }) => `${method} ${path}`)
  expect([...new Set(registered)].toSorted()).toEqual(documented.toSorted())
})

test('every route names its permission, and each is the one we mean', async () => {
  const lines = routes.map(({ method, path, permission }) => `${method} ${path} ${permission}\n`)
  await expect(lines.toSorted().join('')).toMatchFileSnapshot('permissions.txt')
})

test('no guarded route answers a stranger', async () => {
  for (const route of guarded) {
    for (const who of [undefined, { forged: true }, { expires: '-1m' }]) {
      const headers = who && { authorization: `Bearer ${await app.token(who)}` }
      const init = { method: route.method, ...(headers && { headers }) }
      const { status } = await app.request(addressOf(route), init)
      expect([route.method, route.path, status]).toEqual([route.method, route.path, 401])
    }
  }
})

test('every route lets in whom we mean, and nobody else', async () => {
  const doors = createDoors()
  const lines: string[] = []
  const callers: [string, string | undefined][] = []
  for (const [name, who] of Object.entries(PRINCIPALS)) {
    callers.push([name, who && (await app.token(who))])
  }
  for (const route of routes) {
    const outcomes: string[] = []
    for (const [name, token] of callers)
      outcomes.push(`${name}=${await outcomeOf(doors, route, token)}`)
    lines.push(`${route.method} ${route.path}\n  ${outcomes.join(' ')}\n`)
  }
  await expect(lines.toSorted().join('')).toMatchFileSnapshot('access.txt')
}, 60_000)

/** The app with everything before its handlers; they do nothing, for there are thousands of requests. */
function createDoors() {
  const doors = new Hono<EdgeApp>()
  const { routes: registered } = createApp()
  const isLast = ({ method, path }: RouterRoute, index: number) =>
    !registered.some((route, at) => at > index && route.method === method && route.path === path)
  registered.forEach((route, index) => {
    const isHandler = isLast(route, index) && !(route.method === 'ALL' && route.path.endsWith('*'))
    doors.on(route.method, route.path, isHandler ? (c) => c.body(null, 204) : route.handler)
  })
  return doors.onError(renderError)
}

/** `in` when the guard let the caller pass, whatever became of an empty request after it. */
async function outcomeOf(
  doors: Hono<EdgeApp>,
  route: Route,
  token: string | undefined,
): Promise<string> {
  const headers = token && { authorization: `Bearer ${token}` }
  const init = { method: route.method, ...(headers && { headers }) }
  const { status } = await doors.request(addressOf(route), init, app.env, app.execution)
  return status === 401 || status === 403 ? String(status) : 'in'
}

test('whoever lacks a permission is told which one, on every route that needs it', async () => {
  for (const route of secured.filter(({ permission }) => permission !== 'signed-in')) {
    const response = await app.send(route.method, addressOf(route), undefined, { role: 'nobody' })
    expect([route.method, route.path, response.status]).toEqual([route.method, route.path, 403])
    expect(await response.text()).toContain(route.permission)
  }
})
