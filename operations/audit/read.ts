/** What the verifier reads: the log of each tenant from the database, checkpoints and keys from files. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type ChainRow, GENESIS, type Link } from '../../workers/audit/chain.ts'
import type { CheckpointKey } from '../../workers/audit/checkpoint.ts'
import type { ChainPage } from '../../workers/audit/verify.ts'
import type { Sql } from '../database/connection.ts'

const PAGE = 1000

/** Every tenant that ever had an entry, the platform's own log among them. */
export async function readTenants(sql: Sql): Promise<string[]> {
  const rows = await sql.query(`
    select tenant_id from audit_head union select tenant_id from audit_log order by 1`)
  return rows.map(({ tenant_id: id }) => String(id))
}

/** The whole log in pages, each with the head of the same moment. */
export async function* readLog(
  sql: Sql,
  tenant: string,
): AsyncGenerator<Omit<ChainPage, 'anchors'>> {
  for (let after = 0; ;) {
    const found = await inTenant(sql, tenant, CHAIN, [tenant, after, PAGE])
    const rows = found.filter(({ seq }) => seq !== null).map(toRow)
    const head = { seq: Number(found[0]?.['head_seq'] ?? 0), hash: String(found[0]?.['head_hash']) }
    yield { rows, head: found.length > 0 ? head : GENESIS }
    if (rows.length < PAGE) return
    after = rows.at(-1)?.seq ?? after
  }
}

/** One statement sees one state: a head read apart might know of rows that came between. */
const CHAIN = `
  select l.seq, to_char(l.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at,
    l.body, l.prev, l.hash, h.seq as head_seq, h.hash as head_hash
  from (select * from audit_head where tenant_id = $1) h
  full join (
    select * from audit_log where tenant_id = $1 and seq > $2 order by seq limit $3
  ) l on true
  order by l.seq`

export async function readTombstones(sql: Sql, tenant: string): Promise<Link[]> {
  const statement = 'select last_seq, hash from audit_tombstones where tenant_id = $1'
  const rows = await inTenant(sql, tenant, statement, [tenant])
  return rows.map(({ last_seq: seq, hash }) => ({ seq: Number(seq), hash: String(hash) }))
}

/** Keys as the database has them: good against everybody but those who can write there. */
export async function readStoredKeys(sql: Sql): Promise<CheckpointKey[]> {
  const rows = await sql.query('select public_key from auth.audit_keys')
  return rows.map(({ public_key: key }) => keyOf(key))
}

/** Keys of a JWKS file, kept since they were first seen. */
export async function readKeys(path: string): Promise<CheckpointKey[]> {
  const { keys } = JSON.parse(await readFile(path, 'utf8'))
  return keys.map(keyOf)
}

/** Tenants that have checkpoints: one of them may be missing in the database. */
export async function readSignedTenants(folder: string): Promise<string[]> {
  const found = await readdir(folder, { withFileTypes: true })
  return found.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

/** Checkpoints of one tenant: the files `TENANT/checkpoints/*.jws` of a copy of the bucket. */
export async function readCheckpoints(folder: string, tenant: string): Promise<string[]> {
  const path = join(folder, tenant, 'checkpoints')
  const isThere = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  const names = isThere ? await readdir(path) : []
  const files = names.filter((name) => name.endsWith('.jws')).toSorted()
  return Promise.all(files.map(async (name) => (await readFile(join(path, name), 'utf8')).trim()))
}

/** The owner of a real database is bound by row-level security like everybody else. */
async function inTenant(sql: Sql, tenant: string, statement: string, values: unknown[]) {
  const [, rows = []] = await sql.transaction([
    sql.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
    sql.query(statement, values),
  ])
  return rows
}

function toRow({ seq, at, body, prev, hash }: Record<string, unknown>): ChainRow {
  const text = { at: String(at), body: String(body), prev: String(prev), hash: String(hash) }
  return { seq: Number(seq), ...text }
}

function keyOf(jwk: { kid: string; x: string }): CheckpointKey {
  return { kty: 'OKP', crv: 'Ed25519', kid: jwk.kid, x: jwk.x }
}
