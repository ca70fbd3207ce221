/** Which account an account elsewhere opens: linked by proven addresses or by hand, or made anew. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { callContext } from '../../workers/identity-worker/context.ts'
import { LinkedAccountList, type ProviderId } from '../../workers/identity/federation-schemas.ts'
import { sweepOrphans } from '../../workers/identity/issuer/sweep.ts'
import { startFederation, type TestFederation, visit } from './federation-harness.ts'
import { cookieOf, OWNER, problemOf, sessionOf, statusesOf, tokenIn } from './identity-harness.ts'
import type { Person } from './tenant-harness.ts'

const LINKED = '/api/auth/linked-accounts'

let app: TestFederation
beforeAll(async () => {
  vi.spyOn(console, 'log').mockReturnValue()
  app = await startFederation()
})
afterEach(async () => {
  Object.assign(app.settings, { SIGN_UP: 'invited' })
  await app.settle()
})
afterAll(async () => {
  vi.restoreAllMocks()
  await app.close()
})

let count = 0
/** At the browser from now on: somebody new to the provider, with this address. */
function arrival(email: string, email_verified = true) {
  const sub = `sub-${++count}`
  app.oidc.state.who = { sub, email, email_verified, name: 'Grace Hopper' }
  return sub
}

const linked = async (token: string) =>
  LinkedAccountList.parse(await (await app.send('GET', LINKED, undefined, token)).json()).items

/** Signed in as `person`, out to the provider and back. */
async function linkTo(person: Person, id: ProviderId = 'oidc', cookie = person.cookie) {
  const begun = await app.send('POST', `${LINKED}/${id}`, {}, person.token)
  expect(begun.status).toBe(200)
  const { url } = await begun.json<{ url: string }>()
  return app.arrive(await visit(url), `${cookieOf(begun)}; ${cookie}`)
}

const remove = (token: string, id: ProviderId = 'oidc', proof: object = {}) =>
  app.send('POST', `${LINKED}/${id}/remove`, proof, token)

async function invite(email: string): Promise<string> {
  const body = { email, role: 'editor' }
  expect(
    (await app.send('POST', '/api/admin/invitations', body, app.owner.accessToken)).status,
  ).toBe(201)
  const [mail] = await app.mailsTo(email)
  return tokenIn(mail)
}

test('an address that the provider has not verified opens, links and makes nothing', async () => {
  Object.assign(app.settings, { SIGN_UP: 'open' })
  for (const email of [OWNER.email, 'new@example.com']) {
    arrival(email, false)
    expect(await app.signInThrough('oidc')).toMatchObject({ error: 'unverified' })
  }
})

test('an address that we have not verified is not linked: its owner did not make the account', async () => {
  const person = await app.person('squatter', 'user')
  await app.sql.query('update auth.users set email_verified = false where id = $1', [person.id])
  arrival(person.email)
  expect(await app.signInThrough('oidc')).toMatchObject({
    path: '/console/sign-in',
    error: 'link_first',
    session: undefined,
  })
  expect(await linked(person.token)).toEqual([])
})

test.each(['invited', 'closed'])('where signing up is %s nobody new gets in', async (mode) => {
  Object.assign(app.settings, { SIGN_UP: mode })
  arrival(`stranger-${mode}@example.com`)
  expect(await app.signInThrough('oidc')).toMatchObject({ error: 'no_account' })
  const rows = await app.sql.query(`select id from auth.users where email like 'stranger-%'`)
  expect(rows).toEqual([])
})

test('an invitation makes an account for the invited address, once, and for no other', async () => {
  const invitation = await invite('grace@example.com')
  arrival('eve@example.com')
  expect(await app.signInThrough('oidc', { invitation })).toMatchObject({ error: 'other_address' })

  const sub = arrival('Grace@Example.com')
  const arrived = await app.signInThrough('oidc', { invitation, from: '/ask' })
  expect(arrived).toMatchObject({ error: null, path: '/console/ask' })
  const session = await sessionOf(await app.renew(arrived.session ?? ''))
  expect(session).toMatchObject({
    user: { email: 'grace@example.com', name: 'Grace Hopper' },
    tenant: { id: app.tenantId },
    role: 'editor',
  })
  expect(await linked(session.accessToken)).toMatchObject([
    { provider: 'oidc', label: 'grace@example.com' },
  ])
  expect(sub).toMatch(/^sub-/)
  expect(await app.roster()).toMatchObject({ [session.user.id]: 'editor' })

  arrival('late@example.com')
  expect(await app.signInThrough('oidc', { invitation })).toMatchObject({
    error: 'invitation_gone',
  })
})

test('where signing up is open a proven address makes an account, also for ten at once', async () => {
  Object.assign(app.settings, { SIGN_UP: 'open' })
  const email = 'founder@example.com'
  arrival(email)
  const answers = await Promise.all(Array.from({ length: 10 }, () => app.signInThrough('oidc')))
  expect(answers.filter(({ session }) => session).length).toBeGreaterThan(0)
  expect(new Set(answers.map(({ error }) => error ?? 'in'))).toSatisfy((set: Set<string>) =>
    [...set].every((one) => one === 'in' || one === 'stale'),
  )
  const rows = await app.sql.query(
    `select u.email_verified, a.provider_id, m.role from auth.users u
     join auth.accounts a on a.user_id = u.id join auth.members m on m.user_id = u.id where email = $1`,
    [email],
  )
  expect(rows).toEqual([{ email_verified: true, provider_id: 'oidc', role: 'owner' }])
  const again = await app.signInThrough('oidc')
  const session = await sessionOf(await app.renew(again.session ?? ''))
  expect(await app.events(session.tenant.id)).toEqual(
    expect.arrayContaining(['auth.account.link', 'tenant.create', 'auth.signin.ok']),
  )
})

test('who is signed in links an account with any address, and takes it off again', async () => {
  const person = await app.person('linker', 'user')
  await app.sql.query(
    `insert into auth.accounts (id, account_id, provider_id, user_id, password, created_at, updated_at)
     values ('pw', $1, 'credential', $1, 'hash', now(), now())`,
    [person.id],
  )
  arrival('private@elsewhere.example', false)
  expect(await linkTo(person)).toMatchObject({ path: '/console/account', error: null })
  expect(await linked(person.token)).toMatchObject([{ label: 'private@elsewhere.example' }])
  const [notice] = await app.mailsTo(person.email)
  expect(notice).toMatchObject({ data: { change: 'login_linked' } })
  const { session } = await app.signInThrough('oidc')
  expect((await sessionOf(await app.renew(session ?? ''))).user.id).toBe(person.id)

  // The same once more changes nothing; another one there is not linked beside it.
  expect(await linkTo(person)).toMatchObject({ error: null })
  arrival('second@elsewhere.example')
  expect(await linkTo(person)).toMatchObject({ path: '/console/account', error: 'linked_already' })

  expect((await remove(person.token)).status).toBe(204)
  expect((await remove(person.token)).status).toBe(404)
  expect(await linked(person.token)).toEqual([])
  expect((await app.events()).slice(-1)).toEqual(['auth.account.unlink'])
})

test('an account elsewhere opens one account only', async () => {
  const [one, other] = [await app.person('first', 'user'), await app.person('second', 'user')]
  arrival('shared@elsewhere.example')
  expect(await linkTo(one)).toMatchObject({ error: null })
  expect(await linkTo(other)).toMatchObject({ error: 'linked_elsewhere' })
  const { session } = await app.signInThrough('oidc')
  expect((await sessionOf(await app.renew(session ?? ''))).user.id).toBe(one.id)
})

test('what one began to link is not linked to who is signed in meanwhile', async () => {
  const [victim, attacker] = [await app.person('victim', 'user'), await app.person('evil', 'user')]
  arrival('attacker@elsewhere.example')
  expect(await linkTo(victim, 'oidc', attacker.cookie)).toMatchObject({
    path: '/console/sign-in',
    error: 'signed_out',
  })
  expect(await linkTo(victim, 'oidc', '')).toMatchObject({ error: 'signed_out' })
  expect([await linked(victim.token), await linked(attacker.token)]).toEqual([[], []])
})

test('a while after signing in, linking and unlinking need a proof', async () => {
  const person = await app.person('idle', 'user')
  arrival('idle@elsewhere.example')
  await linkTo(person)
  await app.sql.query(
    `update auth.sessions set created_at = now() - interval '11 minutes' where id = $1`,
    [person.sessionId],
  )
  for (const path of [`${LINKED}/github`, `${LINKED}/oidc/remove`]) {
    const answer = await app.send('POST', path, {}, person.token)
    expect(await problemOf(answer)).toMatchObject({ status: 403 })
  }
})

test('the last way to sign in stays; one at a provider that is gone is none', async () => {
  const person = await app.person('twofold', 'user')
  arrival('twofold@elsewhere.example')
  await linkTo(person)
  app.github.state.who = {
    id: 77,
    login: 'twofold',
    name: null,
    emails: [{ email: 'x@example.com', primary: true, verified: true, visibility: null }],
  }
  await linkTo(person, 'github')
  expect((await linked(person.token)).map(({ label }) => label)).toContain('twofold')

  const { GITHUB_CLIENT_ID: id } = app.settings
  Object.assign(app.settings, { GITHUB_CLIENT_ID: '' })
  expect(await problemOf(await remove(person.token))).toMatchObject({ status: 409 })
  Object.assign(app.settings, { GITHUB_CLIENT_ID: id })
  const removed = await Promise.all([remove(person.token), remove(person.token, 'github')])
  expect(statusesOf(removed)).toEqual([204, 409])
})

test('the same subject of another issuer is somebody else', async () => {
  const person = await app.person('moved', 'user')
  const sub = arrival('moved@elsewhere.example')
  await linkTo(person)
  const { OIDC_ISSUER: issuer } = app.settings
  Object.assign(app.settings, { OIDC_ISSUER: app.google.issuer })
  app.google.state.who = { sub, email: 'moved@elsewhere.example', email_verified: true }
  expect(await app.signInThrough('oidc')).toMatchObject({ error: 'no_account' })
  Object.assign(app.settings, { OIDC_ISSUER: issuer })
})

test('an account in no organization gets in, and one that is suspended is told so', async () => {
  const person = await app.person('outsider', null)
  arrival(person.email)
  expect(await app.signInThrough('oidc')).toMatchObject({ error: null })
  await app.sql.query(
    `insert into auth.bans (user_id, reason, banned_by, banned_at) values ($1, 'spam', $1, now())`,
    [person.id],
  )
  expect(await app.signInThrough('oidc')).toMatchObject({ error: 'suspended' })
})

test('an account that only a provider opens stays, and is exported and ended whole', async () => {
  const person = await app.person('federated', 'user')
  arrival('federated@elsewhere.example')
  await linkTo(person)
  await app.sql.query(`update auth.users set created_at = now() - interval '1 day'`)
  await sweepOrphans(callContext(app.settings, () => {}))
  const exported = await app.send('GET', '/api/users/me/export', undefined, person.token)
  expect(await exported.json()).toMatchObject({
    signInMethods: [{ provider: 'oidc', label: 'federated@elsewhere.example' }],
    passkeys: [],
  })
  const body = { email: person.email }
  expect((await app.send('POST', '/api/users/me/deletion', body, person.token)).status).toBe(204)
  expect(await app.signInThrough('oidc')).toMatchObject({ error: 'no_account' })
})
