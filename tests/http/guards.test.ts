/**
 * Who may call what, over every route there is. permissions.txt is reviewed by hand: a change in
 * it is a change of the product's authorisation, wanted or not.
 */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createApp } from '../../workers/app.ts'
import { permissionsOf, ROLES } from '../../workers/identity/roles.ts'
import { startApp, type TestApp } from './harness.ts'

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
const addressOf = ({ path }: Route) => path.replaceAll(/\{\w+\}/g, 'x')

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

test('a route whose guard was forgotten is refused before its handler runs', async () => {
  const log = vi.spyOn(console, 'log').mockReturnValue()
  const forgetful = createApp()
  const handler = vi.fn<() => Response>(() => new Response('leaked'))
  forgetful.get('/api/leak', handler)
  forgetful.all('/openapi.json', handler)

  expect((await forgetful.request('/api/leak', {}, app.env)).status).toBe(500)
  expect((await forgetful.request('/openapi.json', {}, app.env)).status).toBe(500)
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

test('whoever lacks a permission is told which one, on every route that needs it', async () => {
  for (const route of secured) {
    const weak = ROLES.filter(
      (role) => !Array.from<string>(permissionsOf(role)).includes(route.permission),
    )
    for (const role of [...weak, 'superuser']) {
      const response = await app.send(route.method, addressOf(route), undefined, { role })
      expect([route.method, route.path, role, response.status]).toEqual([
        route.method,
        route.path,
        role,
        403,
      ])
      expect(await response.text()).toContain(route.permission)
    }
  }
})
