/**
 * The limiter the edge uses, @upstash/ratelimit, over the Upstash stand-in: its Lua scripts must
 * run unchanged on the embedded engine and, when TEST_REDIS_URL is set, on a real Redis.
 */
import { randomUUID } from 'node:crypto'
import { Ratelimit } from '@upstash/ratelimit'
import { Redis } from '@upstash/redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startUpstash, type Upstash } from '../../local/upstash/server.ts'
import { engines } from './upstash-engines.ts'

const algorithms = [
  { algorithm: 'fixed window', limiter: Ratelimit.fixedWindow(5, '60 s') },
  { algorithm: 'sliding window', limiter: Ratelimit.slidingWindow(5, '60 s') },
  { algorithm: 'token bucket', limiter: Ratelimit.tokenBucket(5, '60 s', 5) },
]

describe.each(engines)('@upstash/ratelimit over $name', ({ redisUrl }) => {
  let upstash: Upstash
  let redis: Redis

  beforeAll(async () => {
    upstash = await startUpstash({ token: 'token', ...(redisUrl ? { redisUrl } : {}) })
    redis = new Redis({ url: upstash.url, token: 'token', retry: false, enableTelemetry: false })
  })
  afterAll(() => upstash.close())

  const limiterOf = (limiter: (typeof algorithms)[number]['limiter']) =>
    new Ratelimit({ redis, limiter, prefix: randomUUID(), ephemeralCache: false })

  test.each(algorithms)('$algorithm lets exactly its number through', async ({ limiter }) => {
    const limit = limiterOf(limiter)
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => limit.limit('caller')))
    expect(outcomes.filter(({ success }) => success)).toHaveLength(5)
    expect((await limit.limit('someone else')).success).toBe(true)
  })

  test.each(algorithms)('$algorithm tells what is left and resets', async ({ limiter }) => {
    const limit = limiterOf(limiter)
    await limit.limit('caller', { rate: 3 })
    expect((await limit.getRemaining('caller')).remaining).toBe(2)
    await limit.resetUsedTokens('caller')
    expect((await limit.getRemaining('caller')).remaining).toBe(5)
  })

  test('opens again when the window has passed', async () => {
    const limit = limiterOf(Ratelimit.fixedWindow(1, '300 ms'))
    expect((await limit.limit('caller')).success).toBe(true)
    const refused = await limit.limit('caller')
    expect(refused.success).toBe(false)
    await new Promise((resolve) => setTimeout(resolve, refused.reset - Date.now() + 5))
    expect((await limit.limit('caller')).success).toBe(true)
  })
})
