/** An application asks a user for access: from its request to the code it gets, in a real browser. */
import { createHash, randomBytes } from 'node:crypto'
import { expect, inject, test } from 'vitest'
import { openPage, overflowOf, signIn, violationsOf } from './browser.ts'

/** Nothing listens there; the test answers in its place. */
const CALLBACK = 'http://localhost:9/callback'

async function post<Answer>(path: string, body: object, token = ''): Promise<Answer> {
  const { url } = inject('consoleUnderTest')
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
  expect([path, answer.ok]).toEqual([path, true])
  return answer.json()
}

async function register(): Promise<string> {
  const { email, password } = inject('consoleUnderTest')
  const credentials = { email, password }
  const session = await post<{ accessToken: string }>('/api/auth/sign-in/email', credentials)
  const client = {
    name: 'Field Notes',
    type: 'public',
    grantTypes: ['authorization_code'],
    redirectUris: [CALLBACK],
    scopes: ['kb.read'],
  }
  const path = '/api/admin/oauth-clients'
  return (await post<{ id: string }>(path, client, session.accessToken)).id
}

test('a user signs in, sees what an application wants, and lets it in or not', async () => {
  const request = new URLSearchParams({
    client_id: await register(),
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid kb.read',
    // A text that a router would read as a number, and write down as another.
    state: '1e3',
    code_challenge: createHash('sha256').update(randomBytes(32)).digest('base64url'),
    code_challenge_method: 'S256',
  })
  const { url } = inject('consoleUnderTest')
  const page = await openPage({ options: { viewport: { width: 390, height: 800 } } })
  await page.route(`${CALLBACK}**`, (route) => route.fulfill({ body: 'back' }))
  const returned = async (button: string) => {
    await page.getByRole('button', { name: button }).click()
    await page.waitForURL(`${CALLBACK}?**`)
    return new URL(page.url()).searchParams
  }

  const address = `${url}/oauth/authorize?${request.toString()}`
  await page.goto(address)
  await signIn(page)
  await page.getByRole('heading', { name: 'Let Field Notes in?' }).waitFor()
  await page.getByText('read documents').waitFor()
  await page.getByText('You will be taken to localhost:9.').waitFor()
  expect(await violationsOf(page)).toEqual([])
  expect(await overflowOf(page)).toBeLessThanOrEqual(0)
  const denied = await returned('Deny')
  expect([denied.get('error'), denied.get('state')]).toEqual(['access_denied', '1e3'])

  await page.goto(address)
  const allowed = await returned('Allow')
  expect(allowed.get('code')).toMatch(/^[\w-]{43}$/)
  expect([allowed.get('state'), allowed.get('iss')]).toEqual(['1e3', url])

  await page.goto(`${url}/console/account`)
  const section = page.getByRole('region', { name: 'Applications' })
  await section.getByText('know who you are, read documents').waitFor()
  expect(await violationsOf(page)).toEqual([])
  await section.getByRole('button', { name: 'Shut out Field Notes' }).click()
  await page.getByText('Field Notes is shut out.').waitFor()
  await section.getByText('You let none in yet.').waitFor()

  await page.goto(`${url}/console/consent#request=broken`)
  await page.getByRole('heading', { name: 'This request cannot be granted' }).waitFor()
})
