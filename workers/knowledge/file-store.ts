/** SQL for files that are in no knowledge base yet, and for what was put into one together. */
import { and, desc, eq, lt, sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { kbFileBatches } from './file-tables.ts'
import { kbUploads } from './ingest-tables.ts'
import type { JobStatus } from './schemas.ts'
import type { StoreContext } from './store.ts'

/** Wherever a tenant's uploads say `whole`, the file is there and waits for a knowledge base. */
const WHOLE = 'whole'

export interface LooseFile {
  id: string
  fileName: string
  mediaType: string
  bytes: number
  createdAt: Date
}

/** @returns false when the tenant has `most` of them; nothing is written then */
export async function insertLoose(
  ctx: StoreContext,
  { id, fileName, mediaType, bytes, createdAt }: LooseFile,
  most: number,
): Promise<boolean> {
  const { tenantId } = ctx
  const at = createdAt.toISOString()
  // The lock makes ten at once count one after another.
  const [, { rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`kb_files:${tenantId}`}, 0))`),
    tx.execute(sql`
insert into kb_uploads (tenant_id, id, kb_id, file_name, media_type, bytes, storage_id, state, created_at, updated_at)
select ${tenantId}, ${id}::uuid, '', ${fileName}, ${mediaType}, ${bytes}::int, '', ${WHOLE},
  ${at}::timestamptz, ${at}::timestamptz
where (select count(*) from kb_uploads where tenant_id = ${tenantId} and state = ${WHOLE}) < ${most}::int
returning id`),
  ])
  return rows.length > 0
}

/** Newest first. @param only One of them */
export async function selectLoose(
  ctx: StoreContext,
  { limit, cursor, only }: { limit: number; cursor?: string | undefined; only?: string },
): Promise<LooseFile[]> {
  const { id, fileName, mediaType, bytes, createdAt } = kbUploads
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ id, fileName, mediaType, bytes, createdAt })
      .from(kbUploads)
      .where(
        and(
          eq(kbUploads.tenantId, ctx.tenantId),
          eq(kbUploads.state, WHOLE),
          cursor === undefined ? undefined : lt(kbUploads.id, cursor),
          only === undefined ? undefined : eq(kbUploads.id, only),
        ),
      )
      .orderBy(desc(kbUploads.id))
      .limit(limit),
  ])
  return rows
}

export interface BaseFiles {
  kbId: string
  status: JobStatus
  files: number
  bytes: number
}

/** How many documents of each knowledge base are in which state, and what they weigh. */
export async function countFiles(ctx: StoreContext): Promise<BaseFiles[]> {
  const { tenantId } = ctx
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ kbId: string; status: JobStatus; files: number; bytes: number }>(sql`
select d.kb_id as "kbId", j.status, count(*)::int as files, sum(d.bytes)::float8 as bytes
from kb_documents d join jobs j on j.tenant_id = d.tenant_id and j.document_id = d.id
  and j.generation = d.generation
where d.tenant_id = ${tenantId} group by d.kb_id, j.status`),
  ])
  return rows
}

export type Batch = Pick<
  typeof kbFileBatches.$inferSelect,
  'id' | 'kbId' | 'documentIds' | 'createdAt' | 'cancelledAt'
>

export async function insertBatch(
  ctx: StoreContext,
  batch: Pick<Batch, 'id' | 'kbId' | 'documentIds'>,
): Promise<void> {
  const row = { ...batch, tenantId: ctx.tenantId, createdAt: ctx.now() }
  await withTenant(ctx).batch((tx) => [tx.insert(kbFileBatches).values(row)])
}

const batchIs = ({ tenantId }: StoreContext, kbId: string, id: string) =>
  and(eq(kbFileBatches.tenantId, tenantId), eq(kbFileBatches.kbId, kbId), eq(kbFileBatches.id, id))

export async function findBatch(
  ctx: StoreContext,
  kbId: string,
  id: string,
): Promise<Batch | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(kbFileBatches)
      .where(batchIs(ctx, kbId, id)),
  ])
  return row
}

export async function markCancelled(ctx: StoreContext, kbId: string, id: string): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx
      .update(kbFileBatches)
      .set({ cancelledAt: ctx.now() })
      .where(batchIs(ctx, kbId, id)),
  ])
}
