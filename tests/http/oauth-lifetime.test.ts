/** Authorizations over the months, with the clock moved. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { OAuthClientSecret } from '../../workers/identity/oauth-client-schemas.ts'
import { failureOf, startOAuth, type TestOAuth, type Tokens } from './oauth-harness.ts'

const DAY_MS = 86_400_000

let app: TestOAuth
let client: OAuthClientSecret
let given: Tokens[]
beforeAll(async () => {
  app = await startOAuth()
  client = await app.register()
  const user = await app.person('grace', 'editor')
  given = [await app.authorizeFully(client, user), await app.authorizeFully(client, user)]
})
afterAll(async () => {
  vi.useRealTimers()
  await app.settle()
  await app.close()
})

const advance = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
const tables = async () => {
  const [row] = await app.sql.query(`select (select count(*)::int from auth.oauth_grants) as grants,
    (select count(*)::int from auth.oauth_refresh_tokens) as tokens`)
  return row
}

test('one that nobody renews for thirty days ends; one that is renewed ends after 180', async () => {
  const [idle, busy] = given
  let token = busy?.refresh_token
  for (let month = 0; month < 6; month++) {
    advance(29.5 * DAY_MS)
    const answer = await app.refresh(client, token)
    expect(answer.status).toBe(200)
    token = (await answer.json<Tokens>()).refresh_token
    if (month !== 1) continue
    const late = await app.refresh(client, idle?.refresh_token)
    expect(await failureOf(late)).toBe('400 invalid_grant')
  }
  advance(4 * DAY_MS)
  expect(await failureOf(await app.refresh(client, token))).toBe('400 invalid_grant')
})

test('what has expired is swept away', async () => {
  expect(await tables()).toEqual({ grants: 2, tokens: 8 })
  advance(DAY_MS)
  await app.binding.sweepOrphans()
  expect(await tables()).toEqual({ grants: 0, tokens: 0 })
})
