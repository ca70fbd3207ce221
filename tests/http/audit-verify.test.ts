/** `npm run audit:verify` against somebody who owns the database and switches the triggers off. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompactSign, exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { lineOf, verifyLogs } from '../../operations/audit/verify.ts'
import { canonical } from '../../workers/audit/canonical.ts'
import { CHECKPOINT_TYP } from '../../workers/audit/checkpoint.ts'
import { startAudit, type TestAudit } from './audit-harness.ts'

let log: TestAudit
let folder: string
let signer: Awaited<ReturnType<typeof createSigner>>
beforeAll(async () => {
  log = await startAudit()
  folder = await mkdtemp(join(tmpdir(), 'audit-'))
  signer = await createSigner()
})
afterAll(async () => {
  await log?.close()
  await rm(folder, { recursive: true, force: true })
})

let tenant: string
let count = 0
beforeEach(async () => {
  tenant = `tenant-${++count}`
  for (let n = 0; n < 6; n++) await log.append(tenant)
})

async function createSigner() {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const { x = '' } = await exportJWK(publicKey)
  const keys = [{ kid: 'k1', kty: 'OKP', crv: 'Ed25519', x } as const]
  const sign = (claims: object) =>
    new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
      .setProtectedHeader({ alg: 'EdDSA', typ: CHECKPOINT_TYP, kid: 'k1' })
      .sign(privateKey)
  return { keys, sign }
}

/** A checkpoint of the chain as it stands at `seq`, where the copy of the bucket has it. */
async function checkpoint(seq: number, change: (jws: string) => string = (jws) => jws) {
  const row = (await log.readChain(tenant)).find((one) => one.seq === seq)
  const jws = await signer.sign({ tenant, seq, hash: row!.hash, at: '2026-11-20T13:00:00Z' })
  await mkdir(join(folder, tenant, 'checkpoints'), { recursive: true })
  await writeFile(join(folder, tenant, 'checkpoints', `${seq}.jws`), change(jws))
}

async function verdict() {
  const evidence = { checkpoints: folder, keys: signer.keys }
  const { value } = await verifyLogs(log.owner, evidence, tenant).next()
  return value!.verdict
}

/** What an owner can do who does not mind to be seen. */
async function tamper(...statements: string[]) {
  const tables = ['audit_log', 'audit_head', 'audit_tombstones']
  const all = (what: string) =>
    tables.map((table) => log.owner.query(`alter table ${table} ${what} trigger user`))
  await log.owner.transaction([
    ...all('disable'),
    log.owner.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
    ...statements.map((text) => log.owner.query(text.replaceAll('T!', `tenant_id = '${tenant}'`))),
    ...all('enable'),
  ])
}

/** Chain and head computed anew from row `from` on, so that only a witness outside can tell. */
const rewrite = (from: number) => `
  do $$ declare r record; p text; begin
    select coalesce(max(hash), repeat('0', 64)) into p from audit_log where T! and seq = ${from} - 1;
    for r in select * from audit_log where T! and seq >= ${from} order by seq loop
      update audit_log set prev = p, hash = encode(sha256(convert_to(concat_ws(E'\\n', p, r.seq,
        to_char(r.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), r.tenant_id, r.body), 'UTF8')), 'hex')
      where T! and seq = r.seq returning hash into p;
    end loop;
    update audit_head set hash = p where T!;
  end $$`

const edit = `update audit_log set body = replace(body, 'flag.change', 'flag.create') where T! and seq = 3`

test('an untouched log is intact, and says through where it is signed', async () => {
  await checkpoint(4)
  expect(await verdict()).toMatchObject({ type: 'intact', rows: 6, anchored: 4 })
  expect(lineOf(tenant, await verdict())).toMatch(
    /^intact {2}tenant-\d+ {2}6 entries .* signed through 4/,
  )
})

test.each([
  ['an edit', [edit], 'edited', 3],
  ['a deletion', [`delete from audit_log where T! and seq = 2`], 'gap', 2],
  ['a tail cut off', [`delete from audit_log where T! and seq > 4`], 'tail_cut', 5],
  ['the head gone', [`delete from audit_head where T!`], 'head_mismatch', 6],
  [
    'two rows exchanged',
    [
      `update audit_log set seq = 99 where T! and seq = 2`,
      `update audit_log set seq = 2 where T! and seq = 3`,
      `update audit_log set seq = 3 where T! and seq = 99`,
    ],
    'broken_link',
    2,
  ],
] as const)('%s is found with the database alone', async (_name, statements, kind, seq) => {
  await tamper(...statements)
  expect(await verdict()).toMatchObject({ type: 'broken', fault: { kind, seq } })
})

test.each([
  ['an edit, the chain written anew', [edit, rewrite(3)], 'checkpoint_mismatch', 5],
  [
    'a tail cut off, and the head with it',
    [
      `delete from audit_log where T! and seq > 4`,
      `update audit_head set seq = 4, hash = (select hash from audit_log where T! and seq = 4) where T!`,
    ],
    'tail_cut',
    5,
  ],
  [
    'everything gone',
    [`delete from audit_log where T!`, `delete from audit_head where T!`],
    'tail_cut',
    1,
  ],
  [
    'a tombstone of their own',
    [
      `insert into audit_tombstones select tenant_id, seq, hash, now() from audit_log where T! and seq = 3`,
      `delete from audit_log where T! and seq <= 3`,
    ],
    'erased_without_trace',
    3,
  ],
] as const)('%s is found by the checkpoint', async (_name, statements, kind, seq) => {
  await checkpoint(5)
  await tamper(...statements)
  expect(await verdict()).toMatchObject({ type: 'broken', fault: { kind, seq } })
})

test('a forged checkpoint is a fault of its own', async () => {
  await checkpoint(4, (jws) => jws.replace(/.{8}$/, 'AAAAAAAA'))
  expect(await verdict()).toMatchObject({ type: 'broken', fault: { kind: 'checkpoint_forged' } })
})

test('a log that is gone as a whole is missed where a checkpoint knows of it', async () => {
  await checkpoint(5)
  await tamper(`delete from audit_log where T!`, `delete from audit_head where T!`)
  const verdicts = verifyLogs(log.owner, { checkpoints: folder, keys: signer.keys })
  const all = Object.fromEntries(
    (await Array.fromAsync(verdicts)).map((one) => [one.tenant, one.verdict]),
  )
  expect(all[tenant]).toMatchObject({ type: 'broken', fault: { kind: 'tail_cut', seq: 1 } })
})

test('an erasure that was told is no fault', async () => {
  await checkpoint(2)
  const id = '019a0000-0000-7000-8000-000000000001'
  const body = canonical({ event: 'audit.erase', facts: { through: 3 }, id, tenant })
  await log.inTenant(tenant, 'select audit_erase($1, 3, now(), $2)', [tenant, body])
  expect(await verdict()).toMatchObject({ type: 'intact', erasedThrough: 3, rows: 4 })
})

test('the command names the first bad row and ends with 1; without a database it ends with 2', async () => {
  await checkpoint(4)
  const keys = join(folder, 'keys.json')
  await writeFile(keys, JSON.stringify({ keys: signer.keys }))
  const args = ['--tenant', tenant, '--checkpoints', folder, '--keys', keys]
  expect(await run(args)).toMatchObject({ code: 0, output: expect.stringContaining('intact') })
  await tamper(edit)
  const found = await run(args)
  expect(found).toMatchObject({ code: 1 })
  expect(found.output).toContain(`BROKEN  ${tenant}  at 3: edited.`)
  expect(await run(args, { MIGRATION_DATABASE_URL: '' })).toMatchObject({ code: 2 })
})

async function run(args: string[], more: Record<string, string> = {}) {
  const { databaseUrl, httpUrl } = log.database.owner
  const target = { MIGRATION_DATABASE_URL: databaseUrl, DATABASE_HTTP_URL: httpUrl ?? '' }
  const file = join(import.meta.dirname, '../../operations/audit-verify.ts')
  const env = { ...process.env, ...target, ...more }
  const child = spawn(process.execPath, [file, ...args], { env })
  let output = ''
  child.stdout.on('data', (text) => void (output += String(text)))
  child.stderr.on('data', (text) => void (output += String(text)))
  const code = await new Promise((resolve) => child.on('close', resolve))
  return { code, output }
}
