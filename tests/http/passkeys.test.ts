/** Signing in with passkeys: whose they are, once per challenge, and for nobody else. */
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { CreationOptions } from '../../workers/identity/passkey-schemas.ts'
import { createAuthenticator } from './authenticator.ts'
import { OWNER, problemOf, sessionOf, statusesOf } from './identity-harness.ts'
import { PATH, SIGN_IN, startPasskeys } from './passkey-harness.ts'

type Authenticator = ReturnType<typeof createAuthenticator>
type App = Awaited<ReturnType<typeof startPasskeys>>

let app: App
beforeAll(async () => {
  app = await startPasskeys()
})
afterEach(async () => {
  vi.useRealTimers()
  await app.settle()
})
afterAll(() => app.close())

const later = (minutes: number) =>
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 })

test.each([
  ['ES256, synced', { algorithms: [-7] }, ['swk', 'user', 'mfa']],
  ['Ed25519, on one device', { algorithms: [-8], isSynced: false }, ['hwk', 'user', 'mfa']],
])('a passkey opens the account of who made it: %s', async (_, options, amr) => {
  const authenticator = createAuthenticator(options)
  const before = await app.listed()
  const made = await app.add(authenticator)
  expect(await app.listed()).toEqual([...before, made])
  expect(made).toMatchObject({ name: 'Laptop', isSynced: amr[0] === 'swk', lastUsedAt: null })
  const [notice] = await app.mailsTo(OWNER.email)
  expect(notice).toMatchObject({ data: { change: 'passkey_added' } })

  const answer = await app.signInWith(authenticator)
  expect(answer.status).toBe(200)
  const [cookie = ''] = answer.headers.getSetCookie()
  const session = await sessionOf(answer)
  expect(session.user.email).toBe(OWNER.email)
  expect(decodeJwt(session.accessToken)['amr']).toEqual(amr)
  const renewed = await sessionOf(await app.renew(cookie.split(';')[0]!))
  expect(decodeJwt(renewed.accessToken)['amr']).toEqual(amr)
  expect((await app.listed()).find(({ id }) => id === made.id)?.lastUsedAt).not.toBeNull()
  expect((await app.events()).slice(-2)).toEqual(['auth.passkey.add', 'auth.signin.ok'])
})

test('no code is asked for: a passkey is two factors', async () => {
  const authenticator = createAuthenticator()
  await app.add(authenticator)
  await app.sql.query(
    `insert into auth.two_factors (user_id, secret, created_at, confirmed_at) values ($1, 'x', now(), now())`,
    [app.owner.user.id],
  )
  expect((await app.signIn()).status).toBe(202)
  expect((await app.signInWith(authenticator)).status).toBe(200)
  await app.sql.query('delete from auth.two_factors')
})

test('of ten who use one challenge at once exactly one wins, with signing in and adding', async () => {
  const authenticator = createAuthenticator()
  const options = await app.creation()
  const made = Array.from({ length: 10 }, () => authenticator.create(options))
  const added = await Promise.all(
    made.map((credential, n) =>
      app.send('POST', PATH, { name: `Key ${n}`, credential }, app.token),
    ),
  )
  expect(statusesOf(added)).toEqual([201, ...Array.from({ length: 9 }, () => 422)])

  const single = createAuthenticator()
  await app.add(single)
  const asked = await app.challenge()
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => app.post(SIGN_IN, single.get(asked))),
  )
  expect(statusesOf(answers)).toEqual([200, ...Array.from({ length: 9 }, () => 401)])
  expect((await app.post(SIGN_IN, single.get(asked))).status).toBe(401)
})

test('a signature counter never goes back, for ten at once either', async () => {
  const authenticator = createAuthenticator({ counts: true })
  await app.add(authenticator)
  for (let n = 0; n < 3; n++) expect((await app.signInWith(authenticator)).status).toBe(200)
  const [credential] = authenticator.held
  // A copy of the key starts from where it was copied.
  credential!.counter = 1
  expect((await app.signInWith(authenticator)).status).toBe(401)

  const challenges = await Promise.all(Array.from({ length: 10 }, app.challenge))
  const clones = challenges.map((one) => {
    credential!.counter = 6
    return authenticator.get(one)
  })
  const answers = await Promise.all(clones.map((one) => app.post(SIGN_IN, one)))
  expect(statusesOf(answers)).toEqual([200, ...Array.from({ length: 9 }, () => 401)])
})

test.each<[string, Parameters<typeof createAuthenticator>[0]]>([
  ['whose owner was not verified', { verifiesUser: false }],
  ['made on another origin', { origin: 'https://voiceassist.example.evil' }],
  ['made on another port', { origin: 'http://localhost:9999' }],
])('no passkey is added or opens anything %s', async (_, options) => {
  const authenticator = createAuthenticator(options)
  const credential = authenticator.create(await app.creation())
  const refused = await app.send('POST', PATH, { name: 'Bad', credential }, app.token)
  expect(await problemOf(refused)).toMatchObject({
    status: 422,
    errors: [{ pointer: '/credential' }],
  })

  const good = createAuthenticator()
  await app.add(good)
  authenticator.held.splice(0, 1, ...good.held)
  expect((await app.signInWith(authenticator)).status).toBe(401)
})

test('neither old challenges nor those for something else are any good', async () => {
  const authenticator = createAuthenticator()
  await app.add(authenticator)
  const forAdding = await app.creation()
  const swapped = authenticator.get({ ...(await app.challenge()), challenge: forAdding.challenge })
  expect((await app.post(SIGN_IN, swapped)).status).toBe(401)
  const late = authenticator.get(await app.challenge())
  const lateCreation = authenticator.create(await app.creation())
  later(6)
  expect((await app.post(SIGN_IN, late)).status).toBe(401)
  const body = { name: 'Late', credential: lateCreation }
  expect((await app.send('POST', PATH, body, app.token)).status).toBe(401)
  vi.useRealTimers()

  const other = await app.person('other', 'user')
  const foreign = { name: 'Mine', credential: authenticator.create(await app.creation()) }
  expect((await app.send('POST', PATH, foreign, other.token)).status).toBe(422)
})

test('a signature over anything else, or for somebody else, opens nothing', async () => {
  const authenticator = createAuthenticator()
  await app.add(authenticator)
  const forged = authenticator.get(await app.challenge())
  const [credential] = authenticator.held
  const { signature } = createSibling(authenticator).get(await app.challenge()).response
  const bodies = [
    { ...forged, response: { ...forged.response, signature } },
    { ...forged, response: { ...forged.response, userHandle: 'c29tZWJvZHk' } },
    { ...forged, id: 'bm9ib2R5', rawId: 'bm9ib2R5' },
  ]
  for (const body of bodies) expect((await app.post(SIGN_IN, body)).status).toBe(401)
  expect((await app.post(SIGN_IN, { ...forged, type: 'password' })).status).toBe(422)
  const empty = { ...forged, response: { ...forged.response, signature: '' } }
  expect(await problemOf(await app.post(SIGN_IN, empty))).toMatchObject({
    errors: [{ pointer: '/response/signature' }],
  })
  expect(credential?.counter).toBe(0)
  expect((await app.post(SIGN_IN, forged)).status).toBe(200)
  const { audited } = app
  await app.settle()
  expect(audited.at(-1)).toMatchObject({ entry: { event: 'auth.signin.fail', outcome: 'failed' } })
})

/** The same passkey's id on another key. */
function createSibling({ held }: Authenticator): Authenticator {
  const sibling = createAuthenticator()
  const { privateKey } = createKey()
  sibling.held.push(...held.map((one) => ({ ...one, privateKey })))
  return sibling
}
function createKey() {
  const scratch = createAuthenticator()
  scratch.create({
    challenge: 'x',
    rp: { id: 'localhost', name: '' },
    user: { id: '', name: '', displayName: '' },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
  } as unknown as CreationOptions)
  return scratch.held[0]!
}
