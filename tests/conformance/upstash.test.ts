/**
 * The Upstash stand-in against the real clients: @upstash/redis here, the limiter in
 * upstash-ratelimit.test.ts. Runs over the embedded engine, and over a real Redis when
 * TEST_REDIS_URL names one (its database is flushed).
 */
import { randomBytes } from 'node:crypto'
import { Redis } from '@upstash/redis'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startUpstash, type Upstash } from '../../local/upstash/server.ts'
import { engines } from './upstash-engines.ts'

const token = randomBytes(16).toString('hex')

describe.each(engines)('Upstash REST over $name', ({ redisUrl }) => {
  let upstash: Upstash
  let redis: Redis

  beforeAll(async () => {
    upstash = await startUpstash({ token, ...(redisUrl ? { redisUrl } : {}) })
    redis = new Redis({ url: upstash.url, token, retry: false, enableTelemetry: false })
  })
  afterAll(() => upstash.close())
  beforeEach(() => redis.flushdb())

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${upstash.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })

  test.each([
    ['text', 'plain'],
    ['other scripts', 'ключ €uro عربي 👋'],
    ['line breaks', 'a\r\nb\n\nc'],
    ['OK as a value', 'OK'],
    ['an empty string', ''],
    ['an object', { nested: [1, null, 'OK'] }],
    ['200 kB', 'x'.repeat(200_000)],
  ])('keeps %s', async (_, value) => {
    await redis.set('key', value)
    expect(await redis.get('key')).toEqual(value)
  })

  test('decodes simple strings as well as bulk ones', async () => {
    expect(await redis.ping()).toBe('PONG')
    expect(await redis.set('key', 'value')).toBe('OK')
    expect(await redis.type('key')).toBe('string')
    expect(await redis.echo('grüß')).toBe('grüß')
    expect(await redis.get('nothing')).toBeNull()
    expect(await redis.incr('count')).toBe(1)
  })

  test('decodes an OK that stands within an array', async () => {
    await redis.rpush('list', 'OK', 'OK')
    expect(await redis.lrange('list', 0, -1)).toEqual(['OK', 'OK'])
    expect(await redis.eval('return {redis.status_reply("OK"), {"OK"}}', [], [])).toEqual([
      'OK',
      ['OK'],
    ])
  })

  test('answers plain strings to a caller that asks for no encoding', async () => {
    await post('/', ['SET', 'key', 'wörld'])
    const response = await post('/', ['GET', 'key'])
    expect(await response.json()).toEqual({ result: 'wörld' })
    expect(Number(response.headers.get('upstash-sync-token'))).toBeGreaterThan(0)
    const encoded = await post('/', ['GET', 'key'], { 'upstash-encoding': 'base64' })
    expect(await encoded.json()).toEqual({ result: Buffer.from('wörld').toString('base64') })
  })

  test('keeps hashes, sets, sorted sets and expiry', async () => {
    await redis.hset('hash', { a: 1, b: 'two' })
    expect(await redis.hgetall('hash')).toEqual({ a: 1, b: 'two' })
    await redis.zadd('zset', { score: 2, member: 'b' }, { score: 1, member: 'a' })
    expect(await redis.zrange('zset', 0, -1, { withScores: true })).toEqual(['a', 1, 'b', 2])
    await redis.sadd('set', 'x', 'x', 'y')
    expect(await redis.scard('set')).toBe(2)
    expect(await redis.set('lease', 1, { nx: true, px: 60_000 })).toBe('OK')
    expect(await redis.set('lease', 2, { nx: true, px: 60_000 })).toBeNull()
    expect(await redis.pttl('lease')).toBeGreaterThan(50_000)
  })

  test('runs a pipeline in order and reports each failure at its place', async () => {
    const pipeline = redis.pipeline().set('a', 'text').incr('a').get<string>('a')
    const [set, incr, get] = await pipeline.exec({ keepErrors: true })
    expect(set.result).toBe('OK')
    expect(incr.error).toMatch(/not an integer/)
    expect(get.result).toBe('text')
  })

  test('runs a transaction whole', async () => {
    const outcome = await redis.multi().set('a', 1).incr('a').get('a').echo('e').exec()
    expect(outcome).toEqual(['OK', 2, 2, 'e'])
  })

  test('runs nothing of a transaction with a malformed command', async () => {
    const response = await post('/multi-exec', [
      ['SET', 'a', '1'],
      ['SET', 'a'],
    ])
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: expect.stringMatching(/^EXECABORT/) })
    expect(await redis.get('a')).toBeNull()
  })

  test('keeps concurrent transactions apart', async () => {
    const transfers = Array.from({ length: 20 }, () =>
      redis.multi().incr('left').decr('right').exec<[number, number]>(),
    )
    for (const [left, right] of await Promise.all(transfers)) expect(left).toBe(-right)
  })

  test('batches automatically, as the client does by default', async () => {
    const batching = new Redis({ url: upstash.url, token, enableAutoPipelining: true })
    const names = Array.from({ length: 50 }, (_, index) => `key-${index}`)
    await Promise.all(names.map((name, index) => batching.set(name, index)))
    const values = await Promise.all(names.map((name) => batching.get<number>(name)))
    expect(values).toEqual(names.map((_, index) => index))
  })

  test('maps the digest of a script with the Upstash-only header', async () => {
    const source = '#!lua flags=allow-key-locking\nreturn {KEYS[1], ARGV[1]}'
    const script = redis.createScript<[string, string]>(source)
    expect(await script.exec(['k'], ['v'])).toEqual(['k', 'v'])
    expect(await redis.evalsha(script.sha1, ['k'], ['v'])).toEqual(['k', 'v'])
    expect(await redis.scriptLoad(source)).toBe(script.sha1)
    expect(await redis.scriptExists(script.sha1, '0'.repeat(40))).toEqual([1, 0])
  })

  test('tells an unknown digest', async () => {
    await expect(redis.evalsha('0'.repeat(40), [], [])).rejects.toThrow(/NOSCRIPT/)
  })

  test('delivers published messages, patterns too', async () => {
    const seen: unknown[] = []
    const channel = redis.subscribe<{ n: number }>('news')
    const pattern = redis.psubscribe<{ n: number }>('new*')
    const ready = Promise.all(
      [channel, pattern].map(
        (subscriber, index) =>
          new Promise<void>((resolve) =>
            subscriber.on(index === 0 ? 'subscribe' : 'psubscribe', () => resolve()),
          ),
      ),
    )
    channel.on('message', ({ message }) => seen.push(message))
    pattern.on('pmessage', ({ pattern: name, message }) => seen.push([name, message]))
    await ready
    expect(await redis.publish('news', { n: 1 })).toBe(2)
    await vi.waitFor(() => expect(seen).toHaveLength(2))
    expect(seen).toContainEqual({ n: 1 })
    expect(seen).toContainEqual(['new*', { n: 1 }])
    await Promise.all([channel.unsubscribe(), pattern.unsubscribe()])
  })

  test('streams what the server is asked', async () => {
    const abort = new AbortController()
    const response = await fetch(`${upstash.url}/monitor?_token=${token}`, { signal: abort.signal })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).toBe('data: "OK"\n\n')
    await redis.get('watched')
    expect((await reader.read()).value).toMatch(/^data: \d+\.\d+ \[.*\] "GET" "watched"/i)
    abort.abort()
    await reader.cancel().catch(() => {})
  })

  test('does not let a waiting command hold up others', async () => {
    const waiting = post('/', ['BLPOP', 'queue', '5'])
    expect(await redis.ping()).toBe('PONG')
    await redis.rpush('queue', 'job')
    expect(await (await waiting).json()).toEqual({ result: ['queue', 'job'] })
  })

  test('understands commands spelled as a path', async () => {
    await fetch(`${upstash.url}/set/greeting/hello%20you?EX=100&_token=${token}`)
    expect(await redis.get('greeting')).toBe('hello you')
    expect(await redis.ttl('greeting')).toBeGreaterThan(90)
    const headers = { authorization: `Bearer ${token}` }
    await fetch(`${upstash.url}/set/body`, { method: 'POST', headers, body: 'a/b?c' })
    expect(await redis.get('body')).toBe('a/b?c')
  })

  test.each([
    ['no credential', {}],
    ['a wrong token', { authorization: 'Bearer wrong' }],
  ])('answers 401 to %s', async (_, headers: Record<string, string>) => {
    const response = await fetch(upstash.url, { method: 'POST', headers, body: '["PING"]' })
    expect(response.status).toBe(401)
    expect(await response.json()).toEqual({ error: 'WRONGPASS invalid or missing auth token' })
  })

  test.each([
    ['an unknown command', ['NOPE'], /unknown command/],
    ['a wrong type', ['LPUSH', 'text', '1'], /WRONGTYPE/],
    ['a command that would change the connection', ['SELECT', '1'], /not available/],
    ['an empty command', [], /failed to parse command/],
    ['a nested argument', ['SET', 'a', { b: 1 }], /failed to parse command/],
    ['no command at all', 'PING', /failed to parse command/],
  ])('answers 400 to %s', async (_, command, message) => {
    await redis.set('text', 'value')
    const response = await post('/', command)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: expect.stringMatching(message) })
  })

  test('answers 400 to a body that is not JSON', async () => {
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(upstash.url, { method: 'POST', headers, body: '["GET",' })
    expect(response.status).toBe(400)
  })

  test('closes the socket while it is down and comes back as it was', async () => {
    await redis.set('kept', 1)
    upstash.setUp(false)
    await expect(redis.get('kept')).rejects.toThrow('fetch failed')
    upstash.setUp(true)
    expect(await redis.get('kept')).toBe(1)
  })
})

test('says which server does not answer, without its password', async () => {
  const started = startUpstash({ token, redisUrl: 'redis://:secret@127.0.0.1:1' })
  await expect(started).rejects.toThrow('No Redis server answers at redis://127.0.0.1:1')
})
