import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startUpstash } from '../../../local/upstash/server.ts'
import { createCache } from '../../../shared/cache.ts'
import { redisOf } from '../../../shared/redis.ts'
import { startContext } from './service-context.ts'

let upstash: Awaited<ReturnType<typeof startUpstash>>
beforeAll(async () => void (upstash = await startUpstash({ token: 'token' })))
afterAll(() => upstash.close())

/** As one isolate has it; a second one shares nothing with it but Upstash. */
function startIsolate(tenantId?: string) {
  const env = { UPSTASH_REDIS_REST_URL: upstash.url, UPSTASH_REDIS_REST_TOKEN: 'token' }
  const cache = createCache<{ n: number } | null>({
    namespace: 'thing',
    freshMs: 2000,
    staleMs: 60_000,
    maxEntries: 3,
    parse: (text) => JSON.parse(text),
  })
  const { ctx, ...rest } = startContext(env, tenantId)
  const get = (key: string, origin: () => Promise<{ n: number } | null>) =>
    cache.get(ctx, key, origin)
  return {
    ...rest,
    env,
    ctx,
    cache,
    get,
    drop: (key: string) => cache.drop(ctx, key),
    peek: (key: string) => cache.peek(ctx, key),
    put: (key: string, n: number) => cache.put(ctx, key, { n }),
  }
}

const originOf = (n: number) => vi.fn<() => Promise<{ n: number }>>(async () => ({ n }))
const broken = () => Promise.reject(new Error('database down'))

let isolate: ReturnType<typeof startIsolate>
beforeEach(() => void (isolate = startIsolate()))
afterEach(async () => {
  upstash.setUp(true)
  await isolate.settle()
  await redisOf(isolate.env).flushall()
})

test('a value is loaded once, then served from memory while it is fresh', async () => {
  const origin = originOf(1)
  expect(await isolate.get('a', origin)).toEqual({ n: 1 })
  upstash.setUp(false)
  isolate.clock.ms += 1999
  expect(await isolate.get('a', origin)).toEqual({ n: 1 })
  expect(origin).toHaveBeenCalledTimes(1)
  expect(isolate.lines).toEqual([])
})

test('what one isolate loaded, the next one finds in Upstash', async () => {
  await isolate.get('a', originOf(1))
  await isolate.settle()
  const origin = originOf(2)
  expect(await startIsolate().get('a', origin)).toEqual({ n: 1 })
  expect(origin).not.toHaveBeenCalled()
  expect(await redisOf(isolate.env).ttl('acme:thing:a')).toBeGreaterThan(290)
})

test('what was read before one Upstash is not served before another', async () => {
  const other = await startUpstash({ token: 'token' })
  try {
    const { ctx } = startContext({ ...isolate.env, UPSTASH_REDIS_REST_URL: other.url })
    await isolate.get('a', originOf(1))
    expect(await isolate.cache.get(ctx, 'a', originOf(2))).toEqual({ n: 2 })
    expect(await isolate.get('a', originOf(3))).toEqual({ n: 1 })
  } finally {
    await other.close()
  }
})

test('the knowledge that there is nothing is kept like any other value', async () => {
  const origin = vi.fn<() => Promise<null>>(async () => null)
  await isolate.get('a', origin)
  await isolate.settle()
  isolate.clock.ms += 2000
  expect(await isolate.get('a', origin)).toBeNull()
  expect(origin).toHaveBeenCalledTimes(1)
})

test('another tenant has keys of its own', async () => {
  await isolate.get('a', originOf(1))
  await isolate.settle()
  expect(await startIsolate('globex').get('a', originOf(2))).toEqual({ n: 2 })
})

test('many who miss at once cause one load', async () => {
  const origin = originOf(1)
  const values = await Promise.all(Array.from({ length: 50 }, () => isolate.get('a', origin)))
  expect(values).toEqual(Array.from({ length: 50 }, () => ({ n: 1 })))
  expect(origin).toHaveBeenCalledTimes(1)
})

test('many who miss at once share one failure, and the next one tries again', async () => {
  const origin = vi.fn<() => Promise<never>>(broken)
  const gets = Array.from({ length: 5 }, () => isolate.get('a', origin))
  for (const { status } of await Promise.allSettled(gets)) expect(status).toBe('rejected')
  expect(origin).toHaveBeenCalledTimes(1)
  expect(await isolate.get('a', originOf(1))).toEqual({ n: 1 })
})

test('the least recently used value goes first when memory is full', async () => {
  for (const key of ['a', 'b', 'c', 'a', 'd']) await isolate.get(key, originOf(1))
  await isolate.settle()
  await redisOf(isolate.env).flushall()
  for (const key of ['c', 'a', 'd']) {
    expect([key, await isolate.get(key, originOf(2))]).toEqual([key, { n: 1 }])
  }
  expect(await isolate.get('b', originOf(2))).toEqual({ n: 2 })
})

test('a write is seen at once here, and elsewhere when what is in memory is no longer fresh', async () => {
  const other = startIsolate()
  await isolate.get('a', originOf(1))
  await isolate.settle()
  await other.get('a', originOf(1))
  await isolate.drop('a')
  expect(await isolate.get('a', originOf(2))).toEqual({ n: 2 })
  other.clock.ms += 2000
  expect(await other.get('a', originOf(2))).toEqual({ n: 2 })
})

test.each(['the same isolate', 'another isolate'])(
  'a load of %s that began before a write does not bring the old value back',
  async (which) => {
    const reader = which === 'another isolate' ? startIsolate() : isolate
    const { promise: old, resolve } = Promise.withResolvers<{ n: number }>()
    const reading = reader.get('a', () => old)
    await expect.poll(() => redisOf(isolate.env).ping()).toBe('PONG')
    await isolate.drop('a')
    resolve({ n: 1 })
    await reading
    await reader.settle()

    expect(await isolate.get('a', originOf(2))).toEqual({ n: 2 })
    expect(await startIsolate().get('a', originOf(2))).toEqual({ n: 2 })
  },
)

test('a stale value is served when the origin fails, until it is too old', async () => {
  const origin = vi.fn<() => Promise<never>>(broken)
  await isolate.get('a', originOf(1))
  await isolate.settle()
  await redisOf(isolate.env).flushall()

  isolate.clock.ms += 2000
  expect(await isolate.get('a', origin)).toEqual({ n: 1 })
  expect(await isolate.get('a', origin)).toEqual({ n: 1 })
  expect(origin, 'not asked again while it was just found down').toHaveBeenCalledTimes(1)
  expect(isolate.lines.map(({ message }) => message)).toEqual([
    'origin failed, a stale value was served',
  ])

  isolate.clock.ms += 58_000
  await expect(isolate.get('a', origin)).rejects.toThrow('database down')
})

test('the origin is asked again once the stale value was served for a while', async () => {
  await isolate.get('a', originOf(1))
  await isolate.settle()
  await redisOf(isolate.env).flushall()
  isolate.clock.ms += 2000
  await isolate.get('a', broken)
  isolate.clock.ms += 2000
  expect(await isolate.get('a', originOf(2))).toEqual({ n: 2 })
})

test('what Upstash holds in another shape counts as a miss', async () => {
  await redisOf(isolate.env).set('acme:thing:a', '{"n":')
  expect(await isolate.get('a', originOf(2))).toEqual({ n: 2 })
})

test('without Upstash the origin answers, and after three failures Upstash is left alone', async () => {
  upstash.setUp(false)
  for (const key of ['a', 'b', 'c', 'd', 'e']) {
    expect(await isolate.get(key, originOf(1))).toEqual({ n: 1 })
    await isolate.settle()
  }
  expect(isolate.lines.map(({ failures }) => failures)).toEqual([1, 2, 3])
  expect(JSON.stringify(isolate.lines)).not.toContain('token')
})

test('Upstash is tried by one call when the pause ends, and used again once it answers', async () => {
  upstash.setUp(false)
  for (const key of ['a', 'b']) await isolate.get(key, originOf(1))
  await isolate.settle()
  isolate.lines.length = 0

  isolate.clock.ms += 5000
  await Promise.all(['c', 'd', 'e'].map((key) => isolate.get(key, originOf(1))))
  await isolate.settle()
  expect(isolate.lines).toHaveLength(1)

  upstash.setUp(true)
  isolate.clock.ms += 5000
  await isolate.get('f', originOf(1))
  await isolate.get('g', originOf(1))
  await isolate.settle()
  expect(await redisOf(isolate.env).exists('acme:thing:g')).toBe(1)
})

test('a write reaches Upstash even while reads leave it alone', async () => {
  const other = startIsolate()
  await other.get('a', originOf(1))
  await other.settle()
  upstash.setUp(false)
  for (const key of ['b', 'c', 'd']) await isolate.get(key, originOf(1))
  await isolate.settle()
  upstash.setUp(true)

  await isolate.drop('a')
  expect(await startIsolate().get('a', originOf(2))).toEqual({ n: 2 })
})

test('a write never fails because Upstash does', async () => {
  upstash.setUp(false)
  await expect(isolate.drop('a')).resolves.toBeUndefined()
})

test('what was put is there at once here, and for others by way of Upstash', async () => {
  const other = startIsolate()
  expect(await isolate.peek('a')).toBeUndefined()
  isolate.put('a', 1)
  expect(await isolate.peek('a')).toEqual({ n: 1 })
  await isolate.settle()
  expect(await other.peek('a')).toEqual({ n: 1 })
  expect(await startIsolate('globex').peek('a')).toBeUndefined()
})

test('looking for what is nowhere, or where Upstash is down, is a miss and no failure', async () => {
  upstash.setUp(false)
  expect(await isolate.peek('a')).toBeUndefined()
  isolate.put('a', 1)
  await isolate.settle()
  expect(await isolate.peek('a')).toEqual({ n: 1 })
})
