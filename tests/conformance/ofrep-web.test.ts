/** OFREP's web provider with a client key: all flags at once, entity tags, and changes as they are announced. */
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk'
import { transform } from 'esbuild'
import { EventSource } from 'eventsource'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createReporter } from '../../sdk/exposures.ts'
import type { ApiKeySecret } from '../../workers/identity/api-key-schemas.ts'
import { createAnnouncingHubs } from '../http/flag-hubs.ts'
import { sessionOf, startIdentity } from '../http/identity-harness.ts'
import { serveLoopback } from './loopback.ts'
import { webProvider } from './openfeature-clients.ts'

const FLAG = '/api/admin/feature-flags/greeting'

let app: Awaited<ReturnType<typeof startIdentity>>
let loopback: Awaited<ReturnType<typeof serveLoopback>>
let owner: string
let key: string
const hubs = createAnnouncingHubs()
/** Requests as they came, with their answers' status. */
let seen: { path: string; tag: string | null; status: number }[] = []
/** What went into the queue `exposures`. */
const told: unknown[] = []
let domain = ''
let tests = 0

beforeAll(async () => {
  vi.stubGlobal('EventSource', EventSource)
  app = await startIdentity()
  Object.assign(app.env, {
    FLAG_HUBS: hubs,
    EXPOSURES: { send: async (one: unknown) => void told.push(one) },
  })
  loopback = await serveLoopback(async (path, init) => {
    const response = await app.request(path, init)
    seen.push({
      path,
      tag: new Headers(init.headers).get('if-none-match'),
      status: response.status,
    })
    return response
  })
  owner = (await sessionOf(await app.setUp())).accessToken
  for (const flag of [
    { name: 'greeting', enabled: true, type: 'string', defaultValue: 'hi', clientVisible: true },
    { name: 'inner_workings', enabled: true },
  ]) {
    await app.send('POST', '/api/admin/feature-flags', flag, owner)
  }
  const fields = { name: 'Shop', kind: 'client' }
  const made = await app.send('POST', '/api/admin/api-keys', fields, owner)
  key = (await made.json<ApiKeySecret>()).key
})
beforeEach(() => {
  domain = `web-${++tests}`
  seen = []
})
afterEach(async () => {
  await OpenFeature.clearProviders()
  await vi.waitUntil(() => hubs.sockets.size === 0)
  await app.settle()
})
afterAll(async () => {
  vi.unstubAllGlobals()
  await loopback.close()
  await app.close()
})

const provider = (options: object = {}) =>
  webProvider({
    baseUrl: loopback.url,
    headers: [['X-API-Key', key]],
    cacheMode: 'disabled',
    ...options,
  })

/** Ready, and listening to changes. */
async function open(options?: object) {
  const client = OpenFeature.getClient(domain)
  const changes: (readonly string[] | undefined)[] = []
  client.addHandler(ProviderEvents.ConfigurationChanged, (details) => {
    changes.push(details?.flagsChanged)
  })
  await OpenFeature.setContext(domain, { targetingKey: 'ada', country: 'DE' })
  await OpenFeature.setProviderAndWait(domain, provider(options))
  await vi.waitFor(() => expect(hubs.sockets.size).toBe(1))
  return { client, changes }
}

const change = (fields: object) => app.send('PATCH', FLAG, fields, owner)

test('a client key gets the flags that are for clients, and no others', async () => {
  const { client } = await open()
  expect(client.getStringValue('greeting', 'bye')).toBe('hi')
  expect(client.getBooleanDetails('inner_workings', false)).toMatchObject({
    value: false,
    errorCode: 'FLAG_NOT_FOUND',
  })
})

test('a change is announced, asked for with the version that was, and is the client’s event', async () => {
  const { client, changes } = await open()
  await change({ defaultValue: 'hello' })
  await vi.waitFor(() => expect(changes).toEqual([['greeting']]), 5000)
  expect(client.getStringValue('greeting', 'bye')).toBe('hello')
  const [refetch] = seen.filter(({ path }) => path.includes('flagConfigEtag='))
  expect(refetch).toMatchObject({ status: 200, tag: expect.stringMatching(/^"\d+\./) })
})

test('a change that is nothing to this client costs a 304 and is no event', async () => {
  const { changes } = await open()
  const rule = { type: 'force', id: 'fr', condition: { country: 'FR' }, value: 'salut' }
  const rules = (list: object[]) => ({ environments: { production: { rules: list } } })
  // Now there is a rule, which is another reason for the same value.
  await change(rules([rule]))
  await vi.waitFor(() => expect(changes).toEqual([['greeting']]), 5000)
  await change(rules([{ ...rule, value: 'bonjour' }]))
  await vi.waitFor(() => expect(seen.at(-1)).toMatchObject({ status: 304 }), 5000)
  expect(changes).toHaveLength(1)
  await change(rules([]))
})

test('another context is asked for anew', async () => {
  const { client } = await open()
  const rule = { type: 'force', id: 'fr', condition: { country: 'FR' }, value: 'salut' }
  await change({ environments: { production: { rules: [rule] } } })
  await OpenFeature.setContext(domain, { targetingKey: 'ada', country: 'FR' })
  expect(client.getStringValue('greeting', 'bye')).toBe('salut')
})

test('a stream that breaks leaves the client stale, and is opened again where it ended', async () => {
  const { client } = await open()
  const stale = new Promise((resolve) => client.addHandler(ProviderEvents.Stale, resolve))
  await change({ defaultValue: 'before the break' })
  await vi.waitFor(
    () => expect(client.getStringValue('greeting', '')).toBe('before the break'),
    5000,
  )
  for (const socket of hubs.sockets) socket.dispatchEvent(new Event('close'))
  await stale
  await vi.waitFor(() => expect(hubs.sockets.size).toBe(1), 10_000)
  await change({ defaultValue: 'after it' })
  await vi.waitFor(() => expect(client.getStringValue('greeting', '')).toBe('after it'), 5000)
})

test('a key that opens nothing is fatal, and every value is the code’s', async () => {
  const client = OpenFeature.getClient(domain)
  const wrong = provider({ headers: [['X-API-Key', `${key.slice(0, -4)}AAAA`]] })
  await expect(OpenFeature.setProviderAndWait(domain, wrong)).rejects.toThrow(
    'Initialization failed',
  )
  expect(client.providerStatus).toBe('FATAL')
  expect(client.getStringDetails('greeting', 'bye')).toMatchObject({
    value: 'bye',
    errorCode: 'PROVIDER_FATAL',
  })
})

test.each([
  ['a context over the limit', { targetingKey: 'ada', text: 'x'.repeat(70_000) }],
  ['an empty targeting key', { targetingKey: '' }],
])('%s is an error, and not a fatal one', async (_name, context) => {
  await OpenFeature.setContext(domain, context)
  const set = OpenFeature.setProviderAndWait(domain, provider())
  await expect(set).rejects.toThrow('status: 400')
  expect(OpenFeature.getClient(domain).providerStatus).toBe('ERROR')
})

const SPLIT = {
  type: 'experiment',
  id: 'split',
  key: 'words',
  status: 'running',
  phase: 3,
  variations: ['warm', 'cold'].map((variant) => ({ variant, weight: 50 })),
}
const split = (rules: object[]) =>
  change({ variants: { warm: 'hey', cold: 'yes' }, environments: { production: { rules } } })
const ofType = (type: string) => told.filter((message) => Object(message).type === type)

test('our hook says once that a flag of an experiment was used, and track what the unit did', async () => {
  await split([SPLIT])
  const { client } = await open()
  told.splice(0)
  const reporter = createReporter({ baseUrl: loopback.url, key, delayMs: 60_000 })
  client.addHooks(reporter.hook)
  const { variant } = client.getStringDetails('greeting', 'bye')
  client.getStringValue('greeting', 'bye')
  client.getBooleanValue('inner_workings', false)
  expect(ofType('exposures')).toEqual([])
  await reporter.flush()
  await app.settle()
  const exposure = { experiment: 'words', phase: 3, unit: 'ada', variant }
  expect(ofType('exposures')).toMatchObject([{ exposures: [exposure] }])
})

test('track is the provider’s, sent when the page goes, and again when it could not be', async () => {
  const page = new EventTarget()
  const reporter = createReporter({ baseUrl: loopback.url, key, delayMs: 60_000, page })
  await OpenFeature.setContext(domain, { targetingKey: 'ada' })
  const plain = Object.assign(provider(), { track: reporter.track })
  await OpenFeature.setProviderAndWait(domain, plain)
  told.splice(0)
  const away = vi.spyOn(globalThis, 'fetch').mockRejectedValueOnce(new TypeError('away'))
  OpenFeature.getClient(domain).track('checkout', { value: 49.9 })
  await reporter.flush()
  expect(ofType('metrics')).toEqual([])
  page.dispatchEvent(new Event('pagehide'))
  await vi.waitFor(() => expect(ofType('metrics')).toHaveLength(1))
  const event = { metric: 'checkout', unit: 'ada', value: 49.9, idempotencyKey: expect.any(String) }
  expect(ofType('metrics')).toMatchObject([{ events: [event] }])
  expect(away.mock.calls.filter(([, init]) => Object(init).keepalive)).toHaveLength(2)
  away.mockRestore()
})

test('reports of an experiment that is over do not take the others with them', async () => {
  await split([{ ...SPLIT, phase: 4 }])
  told.splice(0)
  const reporter = createReporter({ baseUrl: loopback.url, key, delayMs: 60_000 })
  const use = (experiment: string, flagKey = 'greeting') => {
    const flagMetadata = { experiment, experimentPhase: 4 }
    const context = { targetingKey: 'ada' }
    reporter.hook.after({ flagKey, context }, { variant: 'warm', flagMetadata })
  }
  for (const experiment of ['over', 'words']) use(experiment)
  // Whoever has a client key learns no more of this flag than of one that there is not.
  use('words', 'inner_workings')
  await reporter.flush()
  await reporter.flush()
  await app.settle()
  expect(ofType('exposures')).toMatchObject([{ exposures: [{ experiment: 'words', phase: 4 }] }])
})

test('the hook and its track weigh at most 1.5 kB', async () => {
  const { code } = await transform(await readFile('sdk/exposures.ts', 'utf8'), {
    loader: 'ts',
    minify: true,
  })
  expect(gzipSync(code).length).toBeLessThanOrEqual(1536)
})
