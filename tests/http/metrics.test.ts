/** What requests leave in /metrics, through the edge's app and the real identity Worker. */
import { sql } from 'drizzle-orm'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { callAcrossTenants } from '../../shared/database.ts'
import { runSchedule } from '../../workers/schedule.ts'
import { startIdentity } from './identity-harness.ts'

type IdentityHarness = Awaited<ReturnType<typeof startIdentity>>

let app: IdentityHarness
beforeAll(async () => {
  app = await startIdentity()
})
afterEach(() => app.settle())
afterAll(() => app.close())

const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers })

/** By how much each count grows while `act` runs. */
async function growth<Name extends string>(
  counts: Record<Name, string[]>,
  act: () => Promise<unknown>,
): Promise<Record<Name, number>> {
  const read = () =>
    Object.entries<string[]>(counts).map(([, parts]) => app.metrics.count(...parts))
  await app.settle()
  const before = read()
  await act()
  await app.settle()
  const after = read()
  const grown = Object.keys(counts).map((name, index) => [name, after[index]! - before[index]!])
  return Object.fromEntries(grown)
}

test('requests are counted by the route’s template, the method and the status', async () => {
  const counts = {
    live: ['http_requests_total', 'GET', '/live', '200'],
    timed: ['http_request_duration_seconds', 'GET', '/live'],
    flag: ['http_requests_total', 'GET', '/api/admin/feature-flags/:name', '401'],
    unmatched: ['http_requests_total', 'GET', '__unmatched__', '404'],
    errors: ['voiceassist_errors_total', 'unauthenticated'],
    refused: ['voiceassist_auth_failures_total', 'credential'],
  }
  const grown = await growth(counts, async () => {
    await get('/live')
    await get('/live')
    await get('/api/admin/feature-flags/secret-name')
    await get('/api/admin/feature-flags/other-name')
    await get('/nowhere/ada@example.com')
  })
  expect(grown).toEqual({ live: 2, timed: 2, flag: 2, unmatched: 1, errors: 2, refused: 2 })
  const text = await (await get('/metrics')).text()
  expect(text).not.toMatch(/secret-name|ada@example/)
})

test('a life with the identity Worker leaves its counts', async () => {
  const counts = {
    registrations: ['voiceassist_user_registrations_total'],
    logins: ['voiceassist_user_logins_total'],
    refused: ['voiceassist_auth_failures_total', 'sign_in'],
    denied: ['voiceassist_rbac_denied_total', 'flag.write'],
    flags: ['voiceassist_feature_flag_checks_total', 'beta_features', 'found'],
    misses: ['voiceassist_feature_flag_checks_total', '__other__', 'missing'],
    changes: ['voiceassist_admin_actions_total', 'feature-flags', 'true'],
    failures: ['voiceassist_admin_actions_total', 'feature-flags', 'false'],
    found: ['voiceassist_cache_hits_total', 'memory', 'flags'],
  }
  const grown = await growth(counts, async () => {
    expect((await app.setUp()).status).toBe(201)
    expect((await app.signIn()).status).toBe(200)
    expect((await app.signIn('the wrong passphrase')).status).toBe(401)
    const session = await (await app.signIn()).json<{ accessToken: string }>()
    const { accessToken } = session
    const flag = { name: 'greeting', enabled: true }
    await app.send('POST', '/api/admin/feature-flags', flag, accessToken)
    await app.send('POST', '/api/admin/feature-flags', flag, accessToken)
    const evaluate = (name: string) =>
      app.send(
        'POST',
        `/ofrep/v1/evaluate/flags/${name}`,
        { context: { targetingKey: 'ada' } },
        accessToken,
      )
    expect((await evaluate('beta_features')).status).toBe(200)
    expect((await evaluate('beta_features')).status).toBe(200)
    expect((await evaluate('ada-at-home')).status).toBe(404)
  })
  const queries = app.metrics.count('voiceassist_db_query_duration_seconds', 'batch')
  expect(queries).toBeGreaterThan(0)
  expect(grown).toEqual({
    registrations: 1,
    logins: 2,
    refused: 1,
    denied: 0,
    flags: 2,
    misses: 1,
    changes: 1,
    failures: 1,
    // Two evaluations, and the second change's look at rbac_strict_mode.
    found: 3,
  })
})

test('the database’s refusals are counted by their class, and one that is down as such', async () => {
  const counts = {
    refused: ['voiceassist_db_errors_total', '22'],
    down: ['voiceassist_db_errors_total', 'unreachable'],
    answers: ['http_requests_total', 'GET', '/ready', '503'],
  }
  const grown = await growth(counts, async () => {
    await expect(callAcrossTenants(app.env, sql`select 1 / 0`)).rejects.toThrow('select 1 / 0')
    app.neon.setUp(false)
    expect((await app.request('/ready')).status).toBe(503)
    app.neon.setUp(true)
  })
  expect(grown).toEqual({ refused: 1, down: 1, answers: 1 })
})

test('metrics may ask for a token, and may be off', async () => {
  const ask = (changes: object, headers: Record<string, string> = {}) =>
    Promise.resolve(
      app.app.request('/metrics', { headers }, { ...app.env, ...changes }, app.execution),
    )
  const token = { METRICS_TOKEN: 'the-token-of-the-tests' }
  expect((await ask(token)).status).toBe(401)
  expect((await ask(token, { authorization: 'Bearer wrong' })).status).toBe(401)
  const read = await ask(token, { authorization: 'Bearer the-token-of-the-tests' })
  expect(read.status).toBe(200)
  expect(read.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(await read.text()).toMatch(
    /^voiceassist_build_info\{version="0\.1\.0\+version-of-the-tests"\} 1$/m,
  )
  expect((await ask({ ENABLE_METRICS: 'false' })).status).toBe(404)
  const METRICS = { getByName: () => ({ read: () => Promise.reject(new Error('gone')) }) }
  const down = await ask({ METRICS })
  expect(down.status).toBe(503)
  expect(down.headers.get('retry-after')).toBe('5')
})

test('the minute’s cron sets what has a source of truth', async () => {
  const jobs = { rotateKeys: async () => {}, sweepOrphans: async () => 0 }
  const indexer = { sweepDocuments: async () => {}, checkpointAudit: async () => {} }
  const env = { ...app.env, IDENTITY: { ...app.binding, ...jobs }, INDEXER: indexer }
  await runSchedule({} as ScheduledController, env as unknown as EdgeEnv, app.execution)
  await app.settle()
  expect(app.metrics.count('voiceassist_active_users_daily')).toBe(1)
  expect(app.metrics.count('voiceassist_dependency_up', 'database')).toBe(1)
  expect(app.metrics.count('voiceassist_db_size_bytes')).toBeGreaterThan(1_000_000)
  expect(app.metrics.count('voiceassist_kb_documents_total')).toBe(0)
  expect(app.metrics.count('voiceassist_audit_chain_ok')).toBe(1)
  expect(app.metrics.count('voiceassist_db_pool_utilization_ratio')).toBeGreaterThanOrEqual(0)
})

test('a session that is ended by signing out says how long it was', async () => {
  const cookie = (await app.signIn()).headers.get('set-cookie')?.split(';')[0] ?? ''
  const counts = { ended: ['voiceassist_user_session_duration_seconds'] }
  const grown = await growth(counts, async () => {
    const headers = { cookie, origin: app.env.PUBLIC_URL }
    const answer = await app.request('/api/auth/sign-out', { method: 'POST', headers })
    expect(answer.status).toBeLessThan(300)
  })
  expect(grown).toEqual({ ended: 1 })
})
