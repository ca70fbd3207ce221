/** Signing in through providers: what is offered, where it leads, and how it ends. */
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { startFederation, type TestFederation } from './federation-harness.ts'
import { OWNER, problemOf, sessionOf } from './identity-harness.ts'

let app: TestFederation
beforeAll(async () => {
  vi.spyOn(console, 'log').mockReturnValue()
  app = await startFederation()
})
afterEach(() => app.settle())
afterAll(async () => {
  vi.restoreAllMocks()
  await app.close()
})

const ADA = { sub: 'ada-1', email: OWNER.email, email_verified: true, name: 'Ada' }
const octocat = (email: string, verified = true) => ({
  id: 583_231,
  login: 'octocat',
  name: null,
  emails: [
    { email: 'other@example.com', primary: false, verified: true, visibility: null },
    { email, primary: true, verified, visibility: 'private' },
  ],
})

const unlink = () =>
  app.sql.query(`delete from auth.accounts where provider_id in ('oidc', 'google', 'github')`)

test('only what is configured is offered', async () => {
  expect(await (await app.knock('/api/auth/providers')).json()).toEqual({
    items: [
      { id: 'github', name: 'GitHub' },
      { id: 'google', name: 'Google' },
      { id: 'oidc', name: 'Example Login' },
    ],
    needsSetup: false,
  })
  const { GOOGLE_CLIENT_ID: id } = app.settings
  Object.assign(app.settings, { GOOGLE_CLIENT_ID: '' })
  expect(await (await app.knock('/api/auth/providers')).text()).not.toContain('google')
  expect((await app.post(app.startPath('google'), {})).status).toBe(404)
  Object.assign(app.settings, { GOOGLE_CLIENT_ID: id })
  expect((await app.post('/api/auth/sign-in/provider/facebook', {})).status).toBe(422)
})

test.each(['oidc', 'google', 'github'] as const)(
  '%s opens the account with the same proven address, and the owner is told',
  async (id) => {
    app.oidc.state.who = ADA
    app.google.state.who = ADA
    app.github.state.who = octocat(OWNER.email.toUpperCase())
    const first = await app.signInThrough(id, { from: '/flags?q=a%20b' })
    expect(first).toMatchObject({ status: 303, error: null, path: '/console/flags' })
    expect(first.location.search).toBe('?q=a%20b')
    const [notice] = await app.mailsTo(OWNER.email)
    expect(notice).toMatchObject({ data: { change: 'login_linked' } })
    const session = await sessionOf(await app.renew(first.session ?? ''))
    expect(session.user.email).toBe(OWNER.email)
    expect(decodeJwt(session.accessToken)['amr']).toEqual(['fed'])

    // From now on the link counts, whatever the address is over there.
    app.oidc.state.who = { ...ADA, email: 'ada@elsewhere.example' }
    app.google.state.who = { ...ADA, email_verified: false }
    app.github.state.who = octocat('cat@elsewhere.example', false)
    const second = await app.signInThrough(id)
    expect((await sessionOf(await app.renew(second.session ?? ''))).user.email).toBe(OWNER.email)
    expect(await app.mailsTo(OWNER.email)).toEqual([])
    expect((await app.events()).slice(-3)).toEqual([
      'auth.account.link',
      'auth.signin.ok',
      'auth.signin.ok',
    ])
  },
)

test('who refuses at the provider is told so, and comes back to the sign-in page', async () => {
  app.oidc.state.who = undefined
  app.github.state.who = undefined
  for (const id of ['oidc', 'github'] as const) {
    const answer = await app.signInThrough(id, { from: '/flags' })
    expect(answer).toMatchObject({ path: '/console/sign-in', error: 'cancelled' })
    expect(answer.location.searchParams.get('from')).toBe('/flags')
    expect(answer.location.searchParams.get('provider')).toBe(id)
  }
  await app.settle()
  expect(app.audited.at(-1)).toMatchObject({
    entry: { event: 'auth.signin.fail', facts: { method: 'github', failure: 'cancelled' } },
  })
})

test('GitHub’s failures, which it answers with 200, are failures', async () => {
  app.github.state.who = octocat(OWNER.email)
  const swapped = await app.signInThrough(
    'github',
    {},
    {
      out: (to) => to.searchParams.set('code_challenge', 'A'.repeat(43)),
    },
  )
  expect(swapped).toMatchObject({ error: 'failed', session: undefined })
  const down = await app.signInThrough(
    'github',
    {},
    {
      back: () => (app.github.state.isDown = true),
    },
  )
  expect(down).toMatchObject({ error: 'failed', session: undefined })
  app.github.state.isDown = false
})

test('a provider that does not answer is named, and nothing is begun', async () => {
  const { OIDC_ISSUER: issuer } = app.settings
  Object.assign(app.settings, { OIDC_ISSUER: 'http://127.0.0.1:1' })
  const answer = await app.post(app.startPath('oidc'), {})
  expect(await problemOf(answer)).toMatchObject({
    status: 503,
    detail: expect.stringContaining('Example Login'),
  })
  Object.assign(app.settings, { OIDC_ISSUER: issuer })
})

test.each([
  '//evil.example',
  '/\\evil.example',
  '/../../evil',
  '/../api/auth/token',
  '/%2e%2e/api',
  'https://evil.example',
  '/a b',
  '',
])('a sign-in does not lead to %j', async (from) => {
  const answer = await app.post(app.startPath('oidc'), { from })
  expect(await problemOf(answer)).toMatchObject({ status: 422, errors: [{ pointer: '/from' }] })
})

test('a page of another origin cannot begin a sign-in', async () => {
  const headers = { origin: 'https://evil.example' }
  expect((await app.post(app.startPath('oidc'), {}, headers)).status).toBe(403)
})

test('a second factor is asked for, unless the provider is trusted with it', async () => {
  await unlink()
  app.oidc.state.who = ADA
  await app.sql.query(
    `insert into auth.two_factors (user_id, secret, created_at, confirmed_at) values ($1, 'x', now(), now())`,
    [app.owner.user.id],
  )
  const half = await app.signInThrough('oidc', { from: '/help' })
  expect(half).toMatchObject({ path: '/console/sign-in', session: undefined })
  expect(half.location.searchParams.get('from')).toBe('/help')
  expect(half.location.hash).toMatch(/^#ticket=[\w-]{43}$/)

  Object.assign(app.settings, { TRUSTED_PROVIDERS: 'github,oidc' })
  const whole = await app.signInThrough('oidc')
  const { accessToken } = await sessionOf(await app.renew(whole.session ?? ''))
  expect(decodeJwt(accessToken)['amr']).toEqual(['fed'])
  Object.assign(app.settings, { TRUSTED_PROVIDERS: '' })
  await app.sql.query('delete from auth.two_factors')
})
