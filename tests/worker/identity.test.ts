/** The identity Worker's code in the runtime it is for: its cryptography, its bundle of better-auth. */
import { createExecutionContext, env } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { createIdentityApp } from '../../workers/identity-worker/app.ts'
import { Identity } from '../../workers/identity-worker/entrypoint.ts'
import { hashPassword, verifyPassword } from '../../workers/identity/issuer/password.ts'
import { Session } from '../../workers/identity/schemas.ts'
import { authenticate } from '../../workers/identity/service.ts'

/** Safe: tests/worker/global-setup.ts gives the identity Worker's settings to the edge as well. */
const settings = env as unknown as IdentityEnv
const app = createIdentityApp()

const OWNER = {
  email: 'ada@example.com',
  password: 'a long and quiet passphrase',
  name: 'Ada',
  organization: 'Analytical Engines',
}

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  app.request(
    path,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    },
    settings,
    createExecutionContext(),
  )

test('workerd allows the scrypt parameters we hash with', async () => {
  const hash = await hashPassword('pepper', 'correct horse')
  expect(hash).toContain('$scrypt$ln=15,r=8,p=3,')
  expect(await verifyPassword(['pepper'], 'correct horse', hash)).toBe(true)
  expect(await verifyPassword(['pepper'], 'another horse', hash)).toBe(false)
})

test('an owner is set up, signs in and gets tokens that the edge accepts', async () => {
  const authorization = `Bearer ${settings.SETUP_TOKEN}`
  expect((await post('/api/auth/setup', OWNER, { authorization })).status).toBe(201)
  const { email, password } = OWNER
  const signedIn = await post('/api/auth/sign-in/email', { email, password })
  expect(signedIn.status).toBe(200)
  const [cookie = ''] = signedIn.headers.getSetCookie()

  const execution = createExecutionContext()
  const renewed = await app.request('/api/auth/token', { headers: { cookie } }, settings, execution)
  const { accessToken, tenant } = Session.parse(await renewed.json())
  const { PUBLIC_URL } = settings
  const edge = { PUBLIC_URL, IDENTITY: new Identity(createExecutionContext(), settings) }
  const headers = new Headers({ authorization: `Bearer ${accessToken}` })
  expect(await authenticate(edge, headers)).toMatchObject({ tenantId: tenant?.id })
})
