/**
 * What need not be done again: chunks an earlier try of the same run stored, and vectors of chunks that
 * are in the tenant's knowledge already.
 */
import { sql } from 'drizzle-orm'
import { type Tx, withTenant } from '../../shared/database.ts'
import type { ChunkStoreContext, Lease } from './chunk-store.ts'

export interface ExpectedChunk {
  hash: string
  start: number
  end: number
}

/**
 * How many of these chunks the run has from an earlier try, counted from the first. What it has beyond
 * them, or otherwise than expected (a release may cut differently), is removed.
 */
export async function keepStored(
  ctx: ChunkStoreContext,
  { documentId, generation, leaseId }: Lease,
  expected: readonly ExpectedChunk[],
): Promise<number> {
  const { tenantId } = ctx
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ hash: string; start: number; end: number }>(sql`
select chunk_hash as hash, char_start as start, char_end as "end" from kb_chunk
where tenant_id = ${tenantId} and document_id = ${documentId}::uuid and generation = ${generation}::int
order by ordinal`),
  ])
  const differs = rows.findIndex(({ hash, start, end }, ordinal) => {
    const chunk = expected[ordinal]
    return chunk?.hash !== hash || chunk.start !== start || chunk.end !== end
  })
  if (differs === -1) return rows.length
  const drop = (tx: Tx, table: 'kb_lex' | 'kb_vec' | 'kb_chunk') =>
    tx.execute(sql`
delete from ${sql.identifier(table)} c using jobs j
where c.tenant_id = ${tenantId} and c.document_id = ${documentId}::uuid
  and c.generation = ${generation}::int and c.ordinal >= ${differs}::int
  and j.tenant_id = ${tenantId} and j.document_id = c.document_id and j.lease_id = ${leaseId}::uuid`)
  await withTenant(ctx).batch((tx) => [
    drop(tx, 'kb_lex'),
    drop(tx, 'kb_vec'),
    drop(tx, 'kb_chunk'),
  ])
  return differs
}

/** Those of the hashes whose vector the tenant has. */
export async function knownHashes(
  ctx: ChunkStoreContext,
  hashes: readonly string[],
): Promise<Set<string>> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ hash: string }>(sql`
select distinct c.chunk_hash as hash
from kb_chunk c join kb_vec v using (tenant_id, document_id, generation, ordinal)
where c.tenant_id = ${ctx.tenantId}
  and c.chunk_hash in (select jsonb_array_elements_text(${JSON.stringify(hashes)}::jsonb))`),
  ])
  return new Set(rows.map(({ hash }) => hash))
}
