import { expect, test, vi } from 'vitest'
import { assertOk, ResponseError, withRetry } from '../../../shared/retry.ts'
import { startContext } from './service-context.ts'

const env = { RETRY_MAX_ATTEMPTS: '4', RETRY_BACKOFF_INITIAL: '0.5', RETRY_BACKOFF_MAX: '8.0' }

const answer =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    Promise.resolve(assertOk('tavily', new Response('{}', { status, headers })))

const failing = (error: Error) => async (): Promise<Response> => {
  throw error
}

/** Plays the calls one after the other; the last one goes on for ever. */
async function play(calls: (() => Promise<Response>)[], options: { random?: number } = {}) {
  const { ctx, lines } = startContext(env)
  const waits: number[] = []
  let tries = 0
  const call = async () => {
    tries++
    return (calls[tries - 1] ?? calls.at(-1)!)()
  }
  const result = await withRetry(ctx, 'tavily', call, {
    sleep: async (ms) => void waits.push(ms),
    random: () => options.random ?? 1,
  }).catch((error: unknown) => error)
  return { result, waits, lines, tries }
}

test('a success is not tried again', async () => {
  const { result, tries, waits } = await play([answer(200)])
  expect([result, tries, waits]).toEqual([expect.any(Response), 1, []])
})

test.each([
  ['429', answer(429), 'status 429'],
  ['500', answer(500), 'status 500'],
  ['503', answer(503), 'status 503'],
  ['no connection', failing(new TypeError('fetch failed')), 'no answer'],
  ['a timeout', failing(new DOMException('slow', 'TimeoutError')), 'no answer'],
])('after %s the call is tried again, and the reason is logged', async (_name, call, reason) => {
  const { result, tries, lines } = await play([call, answer(200)])
  expect(result).toBeInstanceOf(Response)
  expect(tries).toBe(2)
  expect(lines).toMatchObject([
    { level: 'warn', service: 'tavily', attempt: 1, reason, delayMs: 500 },
  ])
})

test.each([400, 401, 403, 404, 409, 422])('%i fails at once', async (status) => {
  const { result, tries } = await play([answer(status)])
  expect(result).toBeInstanceOf(ResponseError)
  expect(tries).toBe(1)
})

test('an error of ours is not the provider’s, and is never tried again', async () => {
  const { result, tries } = await play([failing(new RangeError('a bug'))])
  expect([String(result), tries]).toEqual(['RangeError: a bug', 1])
})

test('after four tries the last error is thrown; the waits double', async () => {
  const { result, tries, waits } = await play([answer(500), answer(500), answer(500), answer(503)])
  expect(String(result)).toBe('ResponseError: tavily answered 503')
  expect([tries, waits]).toEqual([4, [500, 1000, 2000]])
})

test.each([
  ['at the least half the step', 0, [250, 500, 1000]],
  ['at the most the step', 1, [500, 1000, 2000]],
])('jitter waits %s', async (_name, random, waits) => {
  expect((await play([answer(500)], { random })).waits).toEqual(waits)
})

test.each([
  ['seconds', '3', 3000],
  ['fewer seconds than the backoff', '0', 500],
  ['a date', 'Fri, 20 Nov 2026 12:00:04 GMT', 4000],
  ['a date gone by', 'Fri, 20 Nov 2026 11:00:00 GMT', 500],
  ['more than the cap allows', '3600', 8000],
  ['nonsense', 'soon', 500],
])('Retry-After in %s is honoured', async (_name, header, waitMs) => {
  const { waits } = await play([answer(429, { 'retry-after': header }), answer(200)])
  expect(waits).toEqual([waitMs])
})

test('backoff stops growing at the cap', async () => {
  const { ctx } = startContext({ ...env, RETRY_MAX_ATTEMPTS: '7' })
  const waits: number[] = []
  const sleep = async (ms: number) => void waits.push(ms)
  const call = withRetry(ctx, 'tavily', answer(500), { sleep, random: () => 1 })
  await expect(call).rejects.toThrow('tavily answered 500')
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 8000])
})

test('a caller who left is not retried for', async () => {
  const { ctx } = startContext(env)
  const call = vi.fn<() => Promise<Response>>(answer(500))
  await expect(withRetry(ctx, 'tavily', call, { signal: AbortSignal.abort() })).rejects.toThrow(
    'tavily answered 500',
  )
  expect(call).toHaveBeenCalledTimes(1)
})

test('a caller who leaves during the wait is not retried for', async () => {
  const { ctx } = startContext(env)
  const caller = new AbortController()
  const call = vi.fn<() => Promise<Response>>(answer(503, { 'retry-after': '8' }))
  const started = performance.now()
  const running = withRetry(ctx, 'tavily', call, { signal: caller.signal })
  setTimeout(() => caller.abort(), 20)
  await expect(running).rejects.toThrow('tavily answered 503')
  expect(call).toHaveBeenCalledTimes(1)
  expect(performance.now() - started).toBeLessThan(4000)
})
