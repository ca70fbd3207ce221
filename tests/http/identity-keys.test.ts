/** Signing keys over the weeks, with the clock moved: a key follows another and no request fails. */
import { decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connect, type Sql } from '../../operations/database/connection.ts'
import { callContext } from '../../workers/identity-worker/context.ts'
import { signAccessToken } from '../../workers/identity/issuer/access-token.ts'
import { admit } from '../../workers/identity/service.ts'
import { sessionOf, startIdentity } from './identity-harness.ts'

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]
const SUBJECT = { userId: 'ada', sessionId: 's1', tenantId: 'acme', role: 'viewer', amr: ['pwd'] }
const nothing = () => {}

vi.setConfig({ testTimeout: 120_000 })

let app: Awaited<ReturnType<typeof startIdentity>>
let sql: Sql
let start: number
beforeAll(async () => {
  app = await startIdentity()
  sql = connect(app.database.owner)
  await sessionOf(await app.setUp())
  start = Date.now()
})
afterAll(async () => {
  vi.useRealTimers()
  await app.close()
})

const setClock = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: start + ms })
const rotate = () => app.binding.rotateKeys()
const keyIds = async () => (await app.binding.jwks()).keys.map(({ kid }) => kid)

test('before its time comes no key is made', async () => {
  const [first] = await keyIds()
  setClock(29 * DAY - 2 * MINUTE)
  await rotate()
  expect(await keyIds()).toEqual([first])
})

test('a day ahead ten who rotate at once make one key, and tell of it once', async () => {
  setClock(29 * DAY + MINUTE)
  await Promise.all(Array.from({ length: 10 }, rotate))
  await rotate()
  expect(await keyIds()).toHaveLength(2)
  const [row] = await sql.query(`select k.active_from - o.active_from as turn,
      o.expires_at - k.active_from as grace
    from auth.signing_keys k join auth.signing_keys o on o.id = k.replaces`)
  expect(row).toEqual({ turn: '30 days', grace: '1 day' })
  expect(await app.auditOf('_platform')).toEqual(['key.rotate'])
})

test('over two rotations every token is good on every isolate, old and new', async () => {
  // Isolates that started at different times, on both sides.
  const issuers = [1, 2].map(() => ({ ...app.settings }))
  const edges = [1, 2, 3].map(() => ({ ...app.env }))
  const signedBy = new Set<string>()
  let last = { at: 0, token: '' }
  for (const at of moments()) {
    setClock(at)
    if (at % HOUR === 0) await rotate()
    const issuer = issuers[(at / MINUTE) % 2]!
    const { accessToken } = await signAccessToken(callContext(issuer, nothing), SUBJECT)
    signedBy.add(String(decodeProtectedHeader(accessToken).kid))
    for (const edge of edges) {
      // A token of a minute ago is in use as well; in the longer steps there is none.
      const before = at - last.at <= MINUTE ? [last.token] : []
      for (const token of [accessToken, ...before]) {
        const headers = new Headers({ authorization: `Bearer ${token}` })
        const seen = await admit(edge, headers, nothing).catch((error: Error) => error.message)
        expect([at / HOUR, seen]).toEqual([
          at / HOUR,
          expect.objectContaining({ tenantId: 'acme' }),
        ])
      }
    }
    last = { at, token: accessToken }
  }
  expect(signedBy.size).toBe(3)
}, 120_000)

/** Every twelve hours, and every minute while a new key takes over. */
function moments(): number[] {
  const hours = Array.from({ length: 31 * 2 }, (_, n) => 29 * DAY + HOUR + n * 12 * HOUR)
  const minutes = [30, 60].flatMap((day) =>
    Array.from({ length: 12 }, (_, n) => day * DAY + n * MINUTE),
  )
  return [...hours, ...minutes].toSorted((a, b) => a - b)
}

test('keys whose grace is over are forgotten, by verifiers and in the database', async () => {
  setClock(61 * DAY + HOUR)
  await rotate()
  expect(await keyIds()).toHaveLength(1)
  expect(await sql.query('select id from auth.signing_keys')).toHaveLength(1)
})

test('after a long standstill the next key is still announced before it signs', async () => {
  setClock(200 * DAY)
  await rotate()
  expect(await keyIds()).toHaveLength(2)
  const issuer = callContext({ ...app.settings }, nothing)
  const [, old] = await keyIds()
  const kid = async () =>
    decodeProtectedHeader((await signAccessToken(issuer, SUBJECT)).accessToken).kid
  expect(await kid()).toBe(old)
  setClock(201 * DAY)
  expect(await kid()).not.toBe(old)
})

test('an address left half signed up is free again, and nothing else is lost', async () => {
  const insert = (id: string, age: string) =>
    sql.query(
      `insert into auth.users (id, name, email, created_at, updated_at)
       values ($1, $1, $1 || '@example.com', $2::timestamptz - $3::interval, now())`,
      [id, new Date().toISOString(), age],
    )
  await insert('half', '11 minutes')
  await insert('young', '9 minutes')
  await sql.query(`insert into auth.verifications values
    ('old', 'x', 'x', '2026-01-01Z', '2026-01-01Z', '2026-01-01Z')`)
  expect(await app.binding.sweepOrphans()).toBe(1)
  expect(await app.binding.sweepOrphans()).toBe(0)
  const users = await sql.query('select id from auth.users where length(id) < 10 order by id')
  expect(users).toEqual([{ id: 'young' }])
  expect(await sql.query('select id from auth.verifications')).toEqual([])
  vi.useRealTimers()
  expect((await app.signIn()).status).toBe(200)
})
