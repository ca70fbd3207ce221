/** The audit log as its readers meet it: listed, exported, signed and verified. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { Audit } from '../../sdk/audit.ts'
import type { Transport } from '../../sdk/transport.ts'
import { anchorsOf, openCheckpoint } from '../../workers/audit/checkpoint.ts'
import { AuditChain, type AuditPage, AuditRecord } from '../../workers/audit/schemas.ts'
import { runCheckpoints } from '../../workers/queue.ts'
import { AUDIT, type Audited, FLAGS, startAudited } from './audit-app.ts'

let audited: Audited
beforeAll(async () => void (audited = await startAudited()))
afterEach(async () => {
  vi.restoreAllMocks()
  await audited.flush()
})
afterAll(() => audited?.app.close())

const send: Audited['send'] = (...request) => audited.send(...request)
const entries: Audited['entries'] = (filter) => audited.entries(filter)

test('entries are filtered and paged, newest first, each once', async () => {
  for (let n = 0; n < 5; n++) await send('POST', FLAGS, { name: `paged_${n}` })
  const seen: number[] = []
  let cursor: string | null = null
  do {
    const page: AuditPage = await entries({
      event: 'flag.create',
      limit: 2,
      ...(cursor && { cursor }),
    })
    seen.push(...page.items.map(({ seq }) => seq))
    cursor = page.nextCursor
  } while (cursor)
  expect(seen).toEqual(seen.toSorted((a, b) => b - a))
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.length).toBeGreaterThanOrEqual(5)
  const none = { items: [], nextCursor: null }
  expect(await entries({ event: 'flag.c_eate' })).toEqual(none)
  expect(await entries({ actor: 'nobody' })).toEqual(none)
  expect(await entries({ outcome: 'failed', event: 'flag.' })).toEqual(none)
  expect(await entries({ to: '2020-01-01T00:00:00Z' })).toEqual(none)
})

test.each(['event=A', 'outcome=odd', 'from=yesterday', 'limit=201', 'cursor=x'])(
  '?%s is refused by name',
  async (query) => {
    const response = await send('GET', `${AUDIT}?${query}`)
    expect(response.status).toBe(422)
    const [name] = query.split('=')
    expect(await response.json()).toMatchObject({ errors: [{ in: 'query', pointer: `/${name}` }] })
  },
)

test('an export has every entry, its own last, and what verifies it', async () => {
  const response = await send('GET', `${AUDIT}/export`)
  expect(response.headers.get('content-type')).toContain('application/x-ndjson')
  expect(response.headers.get('content-disposition')).toMatch(
    /^attachment; filename="audit-.*\.jsonl"$/,
  )
  const lines = (await response.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const proof = lines.pop()
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, index) => index + 1))
  expect(JSON.parse(lines.at(-1).body)).toMatchObject({
    event: 'audit.export',
    facts: { format: 'jsonl' },
  })
  expect(proof.head).toEqual({ seq: lines.length, hash: lines.at(-1).hash })
})

test('an export as CSV has one line per entry, and a filter holds for it', async () => {
  await send('POST', FLAGS, { name: 'csv' })
  const response = await send(
    'GET',
    `${AUDIT}/export?format=csv&event=flag.create&resource=flag:csv`,
  )
  const [head, row, end] = (await response.text()).split('\r\n')
  expect(head).toMatch(/^seq,at,event,outcome,actor,/)
  expect(row).toContain(',flag.create,ok,')
  expect(row).toContain('"{""defaultValue"":true,""enabled"":false}"')
  expect(end).toBe('')
})

const indexer = () =>
  ({ ...audited.app.env, IDENTITY: audited.app.binding }) as unknown as IndexerEnv
/** What the console and any other client uses, with this app in place of the network. */
const sdk = () => {
  const json = async (path: string) => (await send('GET', path)).json()
  return new Audit({ json } as unknown as Transport)
}

test('a chain is signed hourly, and whoever reads it can verify it alone', async () => {
  await audited.flush()
  await runCheckpoints(indexer(), () => {})
  await runCheckpoints(indexer(), () => {})
  const chain = AuditChain.parse(await (await send('GET', `${AUDIT}/chain`)).json())
  expect(chain.checkpoints).toHaveLength(1)
  expect(chain.keys).toHaveLength(1)
  const opened = await openCheckpoint(chain.checkpoints[0]!, chain.keys)
  expect(opened).toMatchObject({
    tenant: audited.tenant,
    seq: chain.head.seq,
    hash: chain.head.hash,
  })
  expect(await sdk().verify()).toMatchObject({ type: 'intact', anchored: opened!.seq })

  // Another hour, another entry.
  await send('POST', FLAGS, { name: 'later' })
  await audited.sql.query(`update audit_head set checkpoint_at = now() - interval '61 minutes'`)
  await runCheckpoints(indexer(), () => {})
  const later = AuditChain.parse(
    await (await send('GET', `${AUDIT}/chain?after=${opened!.seq}`)).json(),
  )
  expect(later.checkpoints).toHaveLength(1)
})

test('a forged checkpoint is refused: another key, another tenant, a token’s type', async () => {
  const { keys, checkpoints } = AuditChain.parse(await (await send('GET', `${AUDIT}/chain`)).json())
  const [jws] = checkpoints
  const [head, body, signature] = jws!.split('.')
  const forge = (part: string, change: object) => {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString())
    return Buffer.from(JSON.stringify({ ...value, ...change })).toString('base64url')
  }
  expect(await anchorsOf(audited.tenant, [jws!], keys)).toBeInstanceOf(Map)
  const forged = [
    `${head}.${forge(body!, { seq: 1 })}.${signature}`,
    `${forge(head!, { alg: 'none' })}.${body}.`,
    `${forge(head!, { typ: 'at+jwt' })}.${body}.${signature}`,
    `${forge(head!, { kid: 'mine' })}.${body}.${signature}`,
    `${jws}.`,
    'nonsense',
    audited.token,
  ]
  for (const one of forged) {
    expect(await anchorsOf(audited.tenant, [one], keys)).toMatchObject({
      kind: 'checkpoint_forged',
    })
  }
  expect(await anchorsOf('other', [jws!], keys)).toMatchObject({ kind: 'checkpoint_forged' })
  // The keys of access tokens are not those of checkpoints, nor the other way round.
  const { keys: tokenKeys } = await audited.app.binding.jwks()
  expect(await anchorsOf(audited.tenant, [jws!], tokenKeys)).toMatchObject({
    kind: 'checkpoint_forged',
  })
})

test('the log of another tenant, and its checkpoints, are out of reach', async () => {
  const who = { tenant: 'globex', role: 'owner' }
  const read = (path: string) => audited.sendAs(who, 'GET', path)
  const page = await read(AUDIT)
  const chain = await read(`${AUDIT}/chain`)
  expect(await page.json()).toEqual({ items: [], nextCursor: null })
  expect(await chain.json()).toMatchObject({ rows: [], checkpoints: [], head: { seq: 0 } })
})

test('what a page says fits its schema', async () => {
  const { items } = await entries({ limit: 200 })
  for (const item of items) AuditRecord.parse(item)
  expect(items.length).toBeGreaterThan(10)
})
