/** Verifies the audit logs of a database: one verdict per tenant. Reads only; trusts no hash it finds. */
import { isFault } from '../../workers/audit/chain.ts'
import { anchorsOf, type CheckpointKey } from '../../workers/audit/checkpoint.ts'
import { type ChainPage, type Verdict, verifyLog } from '../../workers/audit/verify.ts'
import type { Sql } from '../database/connection.ts'
import {
  readCheckpoints,
  readLog,
  readSignedTenants,
  readStoredKeys,
  readTenants,
  readTombstones,
} from './read.ts'

export interface Evidence {
  /** A copy of the bucket of checkpoints; without it a log written anew is not seen. */
  checkpoints?: string | undefined
  /** Keys to trust; those of the database when left out. */
  keys?: CheckpointKey[] | undefined
}

export async function* verifyLogs(
  sql: Sql,
  { checkpoints, keys }: Evidence,
  only?: string,
): AsyncGenerator<{ tenant: string; verdict: Verdict }> {
  const trusted = keys ?? (await readStoredKeys(sql))
  const signed = checkpoints && only === undefined ? await readSignedTenants(checkpoints) : []
  const stored = only === undefined ? await readTenants(sql) : [only]
  const tenants = [...new Set([...stored, ...signed])].toSorted()
  for (const tenant of tenants) {
    const own = checkpoints ? await readCheckpoints(checkpoints, tenant) : []
    const anchors = await anchorsOf(tenant, own, trusted)
    if (isFault(anchors)) {
      yield { tenant, verdict: { type: 'broken', fault: anchors } }
      continue
    }
    const tombstones = await readTombstones(sql, tenant)
    const claims = { tenantId: tenant, tombstones }
    yield { tenant, verdict: await verifyLog(claims, withAnchors(readLog(sql, tenant), anchors)) }
  }
}

async function* withAnchors(
  pages: AsyncIterable<Omit<ChainPage, 'anchors'>>,
  anchors: ReadonlyMap<number, string>,
): AsyncGenerator<ChainPage> {
  for await (const page of pages) yield { ...page, anchors }
}

/** One line for a terminal. */
export function lineOf(tenant: string, verdict: Verdict): string {
  if (verdict.type === 'broken') {
    const { kind, seq, detail } = verdict.fault
    return `BROKEN  ${tenant}  at ${seq}: ${kind}. ${detail}`
  }
  const { rows, link, erasedThrough, anchored } = verdict
  const erased = erasedThrough > 0 ? `, erased on purpose through ${erasedThrough}` : ''
  const signed = anchored > 0 ? `signed through ${anchored}` : 'no checkpoint'
  return `intact  ${tenant}  ${rows} entries through ${link.seq}${erased}, ${signed}, ends in ${link.hash}`
}
