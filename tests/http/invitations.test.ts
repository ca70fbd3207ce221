import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import {
  InvitationPage,
  InvitationView,
  SentInvitation,
} from '../../workers/identity/tenant-schemas.ts'
import { problemOf, sessionOf } from './identity-harness.ts'
import { type Person, startTenants, type TestTenants } from './tenant-harness.ts'

let app: TestTenants
let owner: string
let admin: Person
beforeAll(async () => {
  app = await startTenants()
  owner = app.owner.accessToken
  admin = await app.person('grace', 'admin')
})
afterEach(() => app.settle())
afterAll(() => app.close())

const invite = (email: string, role = 'user', token = owner) =>
  app.send('POST', '/api/admin/invitations', { email, role }, token)
const sent = async (answer: Response) => SentInvitation.parse(await answer.json())
const tokenIn = ({ acceptUrl }: SentInvitation) => acceptUrl.split('#token=')[1]!
const accept = (body: object, cookie?: string) =>
  app.post('/api/invitations/accept', body, cookie ? { cookie } : {})
const view = (token: string) => app.post('/api/invitations/view', { token })

test('an invitation shows its link once, and keeps only a hash of it', async () => {
  const answer = await invite('New.Person@example.com', 'editor')
  expect(answer.status).toBe(201)
  const invitation = await sent(answer)
  expect(invitation).toMatchObject({ email: 'new.person@example.com', role: 'editor' })
  expect(Date.parse(invitation.expiresAt) - Date.parse(invitation.createdAt)).toBe(7 * 86_400_000)
  const token = tokenIn(invitation)
  expect(invitation.acceptUrl).toBe(`${app.env.PUBLIC_URL}/console/invitation#token=${token}`)

  const [row] = await app.sql.query('select * from auth.invitations')
  expect(row?.['token_hash']).toBe(createHash('sha256').update(token).digest('hex'))
  expect(JSON.stringify(row)).not.toContain(token)
  const list = await app.send('GET', '/api/admin/invitations', undefined, owner)
  const { items } = InvitationPage.parse(await list.json())
  const { acceptUrl: _once, ...listed } = invitation
  expect(items).toEqual([listed])
  expect((await app.events()).at(-1)).toBe('member.invite')
})

test('the link is mailed to the invited address, with who invites where', async () => {
  const invitation = await sent(await invite('mailed@example.com'))
  expect(await app.mailsTo('mailed@example.com')).toEqual([
    expect.objectContaining({
      template: 'invitation',
      data: { url: invitation.acceptUrl, organization: 'Analytical Engines', inviter: 'Ada' },
    }),
  ])
})

test('a password that is easy to guess makes no account', async () => {
  const token = tokenIn(await sent(await invite('weak@example.com')))
  const answer = await accept({ token, name: 'Weak', password: 'password1234' })
  expect(await problemOf(answer)).toMatchObject({
    status: 422,
    errors: [{ pointer: '/password' }],
  })
})

test('whoever has the link sees what it invites to', async () => {
  const invitation = await sent(await invite('new.person@example.com', 'editor'))
  expect(InvitationView.parse(await (await view(tokenIn(invitation))).json())).toEqual({
    email: 'new.person@example.com',
    role: 'editor',
    tenant: { name: 'Analytical Engines' },
    invitedBy: 'Ada',
    expiresAt: invitation.expiresAt,
    hasAccount: false,
  })
})

test('a new person makes an account by accepting, and is signed in', async () => {
  const token = tokenIn(await sent(await invite('linus@example.com', 'editor')))
  const bare = await problemOf(await accept({ token }))
  expect(bare).toMatchObject({
    status: 422,
    errors: [{ pointer: '/name' }, { pointer: '/password' }],
  })
  const answer = await accept({ token, name: 'Linus', password: 'another quiet passphrase' })
  const session = await sessionOf(answer)
  expect(session).toMatchObject({
    user: { email: 'linus@example.com', name: 'Linus' },
    tenant: { id: app.tenantId },
    role: 'editor',
  })
  expect(answer.headers.getSetCookie()).toHaveLength(1)
  expect(await app.roster()).toMatchObject({ [session.user.id]: 'editor' })
  expect((await app.events()).slice(-2)).toEqual(['member.join', 'auth.signin.ok'])
  expect(await problemOf(await accept({ token }))).toMatchObject({ status: 404 })
  const signedIn = await app.signIn('another quiet passphrase', 'linus@example.com')
  expect(signedIn.status).toBe(200)
})

test('somebody with an account joins with their session, and works there from then on', async () => {
  const other = await app.tenant('globex')
  const token = tokenIn(await sent(await invite(other.owner.email, 'admin')))
  const stranger = await app.person('stranger', 'viewer')
  expect(await problemOf(await accept({ token }))).toMatchObject({ status: 401 })
  expect(await problemOf(await accept({ token }, stranger.cookie))).toMatchObject({ status: 403 })
  const session = await sessionOf(await accept({ token }, other.owner.cookie))
  expect(session).toMatchObject({ tenant: { id: app.tenantId }, role: 'admin' })
  expect(await app.roster(other.id)).toEqual({ [other.owner.id]: 'owner' })
})

test('whoever is in no tenant signs in to accept', async () => {
  const lone = await app.person('lone', null)
  expect(await (await app.renew(lone.cookie)).json()).toMatchObject({ tenant: null, role: '' })
  const token = tokenIn(await sent(await invite(lone.email, 'editor')))
  const session = await sessionOf(await accept({ token }, lone.cookie))
  expect(session).toMatchObject({ tenant: { id: app.tenantId }, role: 'editor' })
})

test('where nobody may make an account, an invitation makes none either', async () => {
  const settings = app.settings as { SIGN_UP: string }
  const token = tokenIn(await sent(await invite('late@example.com')))
  const newcomer = { token, name: 'Late', password: 'a long and quiet passphrase' }
  settings.SIGN_UP = 'closed'
  expect(await problemOf(await accept(newcomer))).toMatchObject({ status: 403 })
  const member = await app.person('known', null)
  const known = tokenIn(await sent(await invite(member.email)))
  expect((await accept({ token: known }, member.cookie)).status).toBe(200)
  settings.SIGN_UP = 'open'
  expect((await accept(newcomer)).status).toBe(200)
})

test('ten acceptances of one invitation at once: exactly one wins', async () => {
  const guest = await app.person('guest', null)
  const token = tokenIn(await sent(await invite(guest.email)))
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => accept({ token }, guest.cookie)),
  )
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(1)
  expect(statuses.filter((status) => status !== 200 && status !== 404)).toEqual([])
  const [count] = await app.sql.query(
    'select count(*)::int as n from auth.members where user_id = $1',
    [guest.id],
  )
  expect(count).toEqual({ n: 1 })
  const joins = (await app.events()).slice(-2)
  expect(joins).toEqual(['member.invite', 'member.join'])
})

test('ten new accounts by one invitation at once: exactly one is made', async () => {
  const token = tokenIn(await sent(await invite('twin@example.com')))
  const body = { token, name: 'Twin', password: 'another quiet passphrase' }
  const answers = await Promise.all([1, 2, 3].map(() => accept(body)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ status }) => ![200, 404, 409].includes(status))).toEqual([])
  const [count] = await app.sql.query(
    `select count(*)::int as n from auth.accounts a join auth.users u on u.id = a.user_id
     where u.email = 'twin@example.com'`,
  )
  expect(count).toEqual({ n: 1 })
})

test('inviting again, or sending again, ends the link before', async () => {
  const first = await sent(await invite('again@example.com', 'viewer'))
  const second = await sent(await invite('again@example.com', 'user'))
  expect(second).toMatchObject({ id: first.id, role: 'user' })
  const answer = await app.send(
    'POST',
    `/api/admin/invitations/${first.id}/resend`,
    undefined,
    owner,
  )
  const third = await sent(answer)
  expect((await view(tokenIn(first))).status).toBe(404)
  expect((await view(tokenIn(second))).status).toBe(404)
  expect((await view(tokenIn(third))).status).toBe(200)
})

const ENDS = {
  revoked: ({ id }: SentInvitation) =>
    app.send('DELETE', `/api/admin/invitations/${id}`, undefined, owner),
  declined: (invitation: SentInvitation) =>
    app.post('/api/invitations/decline', { token: tokenIn(invitation) }),
  async expired({ id }: SentInvitation) {
    const past = `update auth.invitations set expires_at = now() - interval '1 second' where id = $1`
    await app.sql.query(past, [id])
    return new Response(null, { status: 204 })
  },
}

test.each(['revoked', 'declined', 'expired'] as const)(
  'a link that was %s is dead',
  async (how) => {
    const invitation = await sent(await invite(`${how}@example.com`))
    expect((await ENDS[how](invitation)).status).toBe(204)
    const token = tokenIn(invitation)
    const body = { token, name: 'Late', password: 'another quiet passphrase' }
    for (const answer of [await view(token), await accept(body)]) {
      expect(await problemOf(answer)).toMatchObject({ status: 404, code: 'not_found' })
    }
  },
)

test('an invitation is revoked once', async () => {
  const invitation = await sent(await invite('once@example.com'))
  expect((await ENDS.revoked(invitation)).status).toBe(204)
  expect((await ENDS.revoked(invitation)).status).toBe(404)
})

test('nobody invites to more than they hold, nor whom the tenant has, nor to no role', async () => {
  const above = await problemOf(await invite('boss@example.com', 'owner', admin.token))
  expect(above).toMatchObject({ status: 403, code: 'forbidden' })
  expect(await problemOf(await invite(admin.email))).toMatchObject({ status: 409 })
  expect(await problemOf(await invite('x@example.com', 'boss'))).toMatchObject({ status: 422 })
  expect(await problemOf(await invite('no address'))).toMatchObject({ status: 422 })
})

test('invitations of another tenant are not there', async () => {
  const { id } = await sent(await invite('hidden@example.com'))
  const other = await app.tenant('initech')
  const { token } = other.owner
  const path = `/api/admin/invitations/${id}`
  expect((await app.send('DELETE', path, undefined, token)).status).toBe(404)
  expect((await app.send('POST', `${path}/resend`, undefined, token)).status).toBe(404)
  const list = await app.send('GET', '/api/admin/invitations', undefined, token)
  expect(InvitationPage.parse(await list.json()).items).toEqual([])
})

test('a page of another origin cannot accept for its visitor', async () => {
  const guest = await app.person('visitor', null)
  const token = tokenIn(await sent(await invite(guest.email)))
  const headers = { cookie: guest.cookie, origin: 'https://evil.example' }
  const answer = await app.post('/api/invitations/accept', { token }, headers)
  expect(await problemOf(answer)).toMatchObject({ status: 403 })
})
