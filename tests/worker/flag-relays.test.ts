/** What a hub does beside its own sockets: relays for who finds it full, and contexts to try changes on. */
import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { afterEach, expect, inject, test, vi } from 'vitest'
import { HUB_LIMITS } from '../../durable-objects/flag-hub.ts'
import { coloCache } from '../../shared/colo-cache.ts'
import { hubOf } from '../../workers/flags/hub-client.ts'
import { type At, listen, place, publish } from './flag-places.ts'

const { sockets: MOST_SOCKETS } = HUB_LIMITS

afterEach(() => {
  vi.useRealTimers()
  HUB_LIMITS.sockets = MOST_SOCKETS
})

const socketsOf = (at: At, relay: number) =>
  runInDurableObject(
    env.FLAG_HUBS.getByName(`acme:${at.environment}${relay > 0 ? `#${relay}` : ''}`),
    (_, state) => state.getWebSockets().length,
  )

/** A hub and three relays, each with a thirteenth of its limit at most; whole, 3,000 clients, under SOAK. */
const EACH = inject('soak') ? 760 : 190

test('who finds a hub full is sent to a relay, and every relay’s clients are told', async () => {
  const at = await place()
  await hubOf(env, at).current(at)
  HUB_LIMITS.sockets = EACH
  const clients = (EACH * 75) / 19
  const all: Awaited<ReturnType<typeof listen>>[] = []
  while (all.length < clients) {
    all.push(...(await Promise.all(Array.from({ length: 50 }, () => listen(at, 1)))))
  }
  const held = await Promise.all([0, 1, 2, 3].map((relay) => socketsOf(at, relay)))
  expect(held).toEqual([EACH, EACH, EACH, clients - 3 * EACH])
  await publish(at.environment, 2)
  await hubOf(env, at).publish(at, 2)
  await vi.waitFor(() => {
    expect(all.filter(({ versions }) => versions.join() !== '2')).toEqual([])
  }, 20_000)
  for (const { socket } of all) socket.close()
})

test('a relay announces to who comes late, heals by its own alarm, and has room again', async () => {
  const at = await place()
  await hubOf(env, at).current(at)
  HUB_LIMITS.sockets = 2
  const [, , first, second] = await Promise.all([0, 1, 2, 3].map(() => listen(at, 1)))
  await listen(at, 1)
  expect(await Promise.all([1, 2].map((relay) => socketsOf(at, relay)))).toEqual([2, 1])
  const late = await listen(at, 0)
  await vi.waitFor(() => expect(late.versions).toEqual([1]))
  await publish(at.environment, 2)
  // The hub looks by itself, and tells.
  await runDurableObjectAlarm(env.FLAG_HUBS.getByName(`acme:${at.environment}`))
  await vi.waitFor(() => expect([first?.versions, late.versions]).toEqual([[2], [1, 2]]))
  first?.socket.close()
  second?.socket.close()
  await vi.waitFor(async () => expect(await socketsOf(at, 1)).toBe(0))
  await vi.waitFor(async () => {
    await listen(at, 2)
    expect(await socketsOf(at, 1)).toBe(1)
  })
})

test('between memory and Redis there is the data centre’s cache, for two seconds', async () => {
  await coloCache.put('acme:flags:colo', 'near', 2)
  expect(await coloCache.find('acme:flags:colo')).toBe('near')
  await coloCache.drop('acme:flags:colo')
  expect(await coloCache.find('acme:flags:colo')).toBeUndefined()
})

test('a hub forgets the contexts of one unit, by its targeting key or its id', async () => {
  const at = await place()
  await hubOf(env, at).current(at)
  const texts = [{ targetingKey: 'ada' }, { id: 'ada' }, { targetingKey: 'ada l' }, { plan: 'ada' }]
  await hubOf(env, at).noteContexts(
    at,
    texts.map((one) => JSON.stringify(one)),
  )
  expect(await hubOf(env, at).forgetContexts(at, 'ada')).toBe(2)
  expect(await hubOf(env, at).contexts(at)).toEqual(['{"plan":"ada"}', '{"targetingKey":"ada l"}'])
  expect(await hubOf(env, at).forgetContexts(at, 'ada')).toBe(0)
})

test('a hub keeps the last thousand contexts, for a week', async () => {
  const at = await place()
  await hubOf(env, at).current(at)
  const texts = Array.from({ length: 1010 }, (_, unit) => JSON.stringify({ targetingKey: unit }))
  await hubOf(env, at).noteContexts(at, texts.slice(0, 600))
  await hubOf(env, at).noteContexts(at, texts.slice(600))
  const kept = await hubOf(env, at).contexts(at)
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([1000, texts[1009], texts[10]])
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 8 * 24 * 60 * 60 * 1000 })
  expect(await hubOf(env, at).contexts(at)).toEqual([])
})
