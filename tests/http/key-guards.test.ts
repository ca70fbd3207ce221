/**
 * What programs may call, over every route there is: API keys by their scopes, and client keys.
 * key-access.txt is reviewed by hand, like permissions.txt beside it.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PERMISSIONS, PERSONAL } from '../../shared/context.ts'
import { createApp } from '../../workers/app.ts'
import { startApp, type TestApp } from './harness.ts'

const document = createApp().getOpenAPI31Document({
  openapi: '3.1.0',
  info: { title: 't', version: '1' },
})

const guarded = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, operation]) => {
    const permission = String(Object(operation)['x-permission'])
    const address = path.replaceAll(/\{\w+\}/g, 'x')
    return permission === 'public'
      ? []
      : [{ method: method.toUpperCase(), path, address, permission }]
  }),
)
type Route = (typeof guarded)[number]

/** All that a key can have. */
const SCOPES = PERMISSIONS.filter((permission) => !PERSONAL.has(permission))

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(async () => {
  await app.settle()
  await app.close()
})

/** Whether the guard lets a key with these scopes through; what the handler says is another matter. */
async function passes({ method, address }: Route, scopes: readonly string[]): Promise<boolean> {
  const headers = { authorization: `Bearer ${await app.token({ scopes })}` }
  const { status } = await app.request(address, { method, headers })
  return status !== 401 && status !== 403
}

test('a key passes where one of its scopes is asked for, and nowhere else', async () => {
  const lines = await Promise.all(
    guarded.map(async (route) => {
      const { method, path, permission } = route
      const others = SCOPES.filter((scope) => scope !== permission)
      const answers = [
        await passes(route, [permission]),
        await passes(route, others),
        await passes(route, ['flag.evaluate']),
      ]
      const [scoped, unscoped, client] = answers.map((answer) => (answer ? 'yes' : 'no'))
      return `${method} ${path} scope:${scoped} all-other-scopes:${unscoped} client-key:${client}\n`
    }),
  )
  await expect(lines.toSorted().join('')).toMatchFileSnapshot('key-access.txt')
})

test('a key that lacks a scope is told which one', async () => {
  for (const route of guarded.filter(({ permission }) => permission !== 'signed-in')) {
    const scopes = SCOPES.filter((scope) => scope !== route.permission)
    const response = await app.send(route.method, route.address, undefined, { scopes })
    expect([route.path, response.status]).toEqual([route.path, 403])
    expect(await response.text()).toContain(route.permission)
  }
})
