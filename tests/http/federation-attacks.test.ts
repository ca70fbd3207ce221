/** Answers of providers that are late, doubled, swapped, forged or somebody else's: refused, each of them. */
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { startFederation, type TestFederation, visit } from './federation-harness.ts'
import { OWNER } from './identity-harness.ts'

let app: TestFederation
beforeAll(async () => {
  vi.spyOn(console, 'log').mockReturnValue()
  app = await startFederation()
})
afterEach(async () => {
  vi.useRealTimers()
  await app.settle()
})
afterAll(async () => {
  vi.restoreAllMocks()
  await app.close()
})

const ADA = { sub: 'ada-1', email: OWNER.email, email_verified: true, name: 'Ada' }

test('an answer is good once, also for ten at once', async () => {
  app.oidc.state.who = ADA
  const { url, cookie } = await app.depart('oidc')
  const back = await visit(url)
  const answers = await Promise.all(Array.from({ length: 10 }, () => app.arrive(back, cookie)))
  expect(answers.filter(({ session }) => session)).toHaveLength(1)
  expect(answers.filter(({ error }) => error === 'stale')).toHaveLength(9)
  expect(await app.arrive(back, cookie)).toMatchObject({ error: 'stale', session: undefined })
})

test('an answer is good only in the browser that asked, and is not lost by another', async () => {
  app.oidc.state.who = ADA
  const { url, cookie } = await app.depart('oidc')
  const back = await visit(url)
  const other = await app.depart('oidc')
  for (const stranger of ['', '__Host-va_federation=guess', other.cookie]) {
    expect(await app.arrive(back, stranger)).toMatchObject({ error: 'stale', session: undefined })
  }
  expect((await app.arrive(back, cookie)).session).toBeDefined()
})

test('two tabs of one browser both get in', async () => {
  app.oidc.state.who = ADA
  const first = await app.depart('oidc')
  const second = await app.depart('oidc', { from: '/help' }, first.cookie)
  expect(second.cookie).toBe(first.cookie)
  for (const { url, cookie } of [second, first]) {
    expect((await app.arrive(await visit(url), cookie)).session).toBeDefined()
  }
})

test('codes and states of two sign-ins cannot be mixed', async () => {
  app.oidc.state.who = ADA
  const { url, cookie } = await app.depart('oidc')
  const code = new URL(await visit(url)).searchParams.get('code')!
  const mixed = await app.signInThrough(
    'oidc',
    {},
    { back: (to) => to.searchParams.set('code', code) },
  )
  expect(mixed).toMatchObject({ error: 'failed', session: undefined })
  expect(cookie).not.toBe('')
  const none = await app.signInThrough(
    'oidc',
    {},
    { back: (to) => to.searchParams.delete('state') },
  )
  expect(none).toMatchObject({ error: 'stale' })
})

test('an answer of one provider is not taken for another’s (RFC 9700, 4.4)', async () => {
  app.oidc.state.who = ADA
  app.google.state.who = ADA
  const elsewhere = await app.signInThrough(
    'oidc',
    {},
    {
      back: (to) => (to.pathname = '/api/auth/callback/google'),
    },
  )
  expect(elsewhere).toMatchObject({ error: 'stale', session: undefined })
  const wrong = await app.signInThrough(
    'oidc',
    {},
    {
      back: (to) => to.searchParams.set('iss', app.google.issuer),
    },
  )
  expect(wrong).toMatchObject({ error: 'failed', session: undefined })
  const silent = await app.signInThrough(
    'oidc',
    {},
    {
      back: (to) => to.searchParams.delete('iss'),
    },
  )
  expect(silent).toMatchObject({ error: 'failed', session: undefined })
})

test('another nonce, signature, algorithm or subject is refused', async () => {
  app.oidc.state.who = ADA
  const nonce = await app.signInThrough(
    'oidc',
    {},
    {
      out: (to) => to.searchParams.set('nonce', 'of somebody else'),
    },
  )
  expect(nonce).toMatchObject({ error: 'failed', session: undefined })

  const parts = (token: unknown) => String(token).split('.')
  const changes: ((token: unknown) => string)[] = [
    (token) => parts(token).slice(0, 2).join('.') + '.' + 'A'.repeat(342),
    (token) => {
      const [head = '', claims = '', signature = ''] = parts(token)
      const changed = { ...decodeJwt(`${head}.${claims}.x`), sub: 'somebody-else' }
      return [head, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.')
    },
    (token) => {
      const [, claims = ''] = parts(token)
      const head = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url')
      return `${head}.${claims}.`
    },
  ]
  for (const change of changes) {
    app.oidc.state.tamper = (route, body) => {
      if (route === 'token') body['id_token'] = change(body['id_token'])
    }
    expect(await app.signInThrough('oidc')).toMatchObject({ error: 'failed', session: undefined })
  }
  app.oidc.state.tamper = (route, body) => {
    if (route === 'userinfo') body['sub'] = 'somebody-else'
  }
  expect(await app.signInThrough('oidc')).toMatchObject({ error: 'failed', session: undefined })
  app.oidc.state.tamper = undefined
  expect((await app.signInThrough('oidc')).session).toBeDefined()
})

test('neither an expired code nor a sign-in of eleven minutes ago is any good', async () => {
  app.oidc.state.who = ADA
  const later = (minutes: number) =>
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 })
  const slow = await app.depart('oidc')
  const expired = await visit(slow.url)
  later(2)
  expect(await app.arrive(expired, slow.cookie)).toMatchObject({ error: 'failed' })
  const slower = await app.depart('oidc')
  const stale = await visit(slower.url)
  later(11)
  expect(await app.arrive(stale, slower.cookie)).toMatchObject({ error: 'stale' })
})
