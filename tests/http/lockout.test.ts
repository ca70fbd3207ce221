/** Guessing at an account as its tenant's audit log tells of it: once, and without the address. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { OWNER, sessionOf, startIdentity } from './identity-harness.ts'

let app: Awaited<ReturnType<typeof startIdentity>>
beforeAll(async () => {
  app = await startIdentity()
  await sessionOf(await app.setUp())
  // Without the cost of a hash each time.
  vi.spyOn(app.binding, 'fetch').mockImplementation(async () => new Response('{}', { status: 401 }))
})
afterEach(() => app.settle())
afterAll(async () => {
  vi.restoreAllMocks()
  await app.close()
})

/** What so many attempts put into the audit queue. */
async function toldBy(count: number, email: string, ip: string) {
  const before = app.audited.length
  for (let n = 0; n < count; n++) {
    const body = { email, password: 'a wrong password' }
    await app.post('/api/auth/sign-in/email', body, { 'cf-connecting-ip': ip })
    await app.settle()
  }
  return app.audited.slice(before)
}

test('the log of an account’s tenant hears once that guessing at it is slowed down', async () => {
  const ip = '203.0.113.9'
  expect(await toldBy(14, OWNER.email, ip)).toMatchObject([
    {
      entry: {
        event: 'auth.lockout',
        tenant: expect.stringMatching(/^[\w-]{36}$/),
        outcome: 'denied',
        resource: { type: 'user' },
        ip,
      },
    },
  ])
})

test('a lockout of an unknown address goes into the platform’s log, and never the address', async () => {
  const told = await toldBy(12, 'nobody@example.com', '203.0.113.10')
  expect(told).toMatchObject([{ entry: { event: 'auth.lockout', tenant: '_platform' } }])
  expect(JSON.stringify(told)).not.toContain('nobody@')
})
