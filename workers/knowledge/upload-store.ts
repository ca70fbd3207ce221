/** SQL for uploads that arrive in parts. The parts themselves are in storage. */
import { and, eq, sql } from 'drizzle-orm'
import { callAcrossTenants, withTenant } from '../../shared/database.ts'
import { kbUploadParts, kbUploads } from './ingest-tables.ts'
import type { StoreContext } from './store.ts'
import { kbDocuments } from './tables.ts'
import type { UploadPart } from './upload-schemas.ts'

export type UploadRow = Pick<
  typeof kbUploads.$inferSelect,
  'id' | 'kbId' | 'fileName' | 'bytes' | 'storageId' | 'state' | 'documentId' | 'updatedAt'
> & { mediaType: string }

type NewUpload = Pick<UploadRow, 'id' | 'fileName' | 'mediaType' | 'bytes' | 'storageId'>

/** @returns false when the tenant has `most` under way; nothing is written then */
export async function insertUpload(
  ctx: StoreContext,
  kbId: string,
  { id, fileName, mediaType, bytes, storageId }: NewUpload,
  most: number,
): Promise<boolean> {
  const { tenantId } = ctx
  const at = ctx.now().toISOString()
  // The lock makes ten at once count one after another.
  const [, { rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`kb_uploads:${tenantId}`}, 0))`),
    tx.execute(sql`
insert into kb_uploads (tenant_id, id, kb_id, file_name, media_type, bytes, storage_id, state, created_at, updated_at)
select ${tenantId}, ${id}::uuid, ${kbId}, ${fileName}, ${mediaType}, ${bytes}::int, ${storageId}, 'open',
  ${at}::timestamptz, ${at}::timestamptz
where (select count(*) from kb_uploads where tenant_id = ${tenantId} and state = 'open') < ${most}::int
returning id`),
  ])
  return rows.length > 0
}

export async function findUpload(
  ctx: StoreContext,
  id: string,
): Promise<{ upload: UploadRow; parts: (UploadPart & { etag: string })[] } | undefined> {
  const { tenantId } = ctx
  const [[upload], parts] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(kbUploads)
      .where(and(eq(kbUploads.tenantId, tenantId), eq(kbUploads.id, id))),
    tx
      .select()
      .from(kbUploadParts)
      .where(and(eq(kbUploadParts.tenantId, tenantId), eq(kbUploadParts.uploadId, id)))
      .orderBy(kbUploadParts.number),
  ])
  return upload && { upload, parts }
}

/** Notes a part; the same one again replaces it. @returns false when the upload is not open any more */
export async function insertPart(
  ctx: StoreContext,
  id: string,
  { number, bytes, etag }: UploadPart & { etag: string },
): Promise<boolean> {
  const { tenantId } = ctx
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
with held as (
  update kb_uploads set updated_at = ${ctx.now().toISOString()}::timestamptz
  where tenant_id = ${tenantId} and id = ${id}::uuid and state = 'open' returning id
)
insert into kb_upload_parts (tenant_id, upload_id, number, bytes, etag)
select ${tenantId}, id, ${number}::int, ${bytes}::int, ${etag} from held
on conflict (tenant_id, upload_id, number) do update set bytes = excluded.bytes, etag = excluded.etag
returning number`),
  ])
  return rows.length > 0
}

/**
 * Takes the completion for this request: of ten at once one gets it. One that died is taken over after
 * a minute.
 */
export async function claimCompletion(ctx: StoreContext, id: string): Promise<boolean> {
  const { tenantId } = ctx
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
update kb_uploads set state = 'completing', updated_at = ${ctx.now().toISOString()}::timestamptz
where tenant_id = ${tenantId} and id = ${id}::uuid and (state = 'open'
  or (state = 'completing' and updated_at < ${ctx.now().toISOString()}::timestamptz - interval '1 minute'))
returning id`),
  ])
  return rows.length > 0
}

/** The upload has become a document, or was one before. */
export async function finishUpload(
  ctx: StoreContext,
  id: string,
  documentId: string,
): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx
      .update(kbUploads)
      .set({ state: 'done', documentId, updatedAt: ctx.now() })
      .where(and(eq(kbUploads.tenantId, ctx.tenantId), eq(kbUploads.id, id))),
  ])
}

export async function deleteUpload(ctx: StoreContext, id: string): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx.delete(kbUploads).where(and(eq(kbUploads.tenantId, ctx.tenantId), eq(kbUploads.id, id))),
  ])
}

/** Whether the upload has become a document, even if nobody lived to note it. */
export async function isDocument(ctx: StoreContext, id: string): Promise<boolean> {
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ id: kbDocuments.id })
      .from(kbDocuments)
      .where(and(eq(kbDocuments.tenantId, ctx.tenantId), eq(kbDocuments.id, id))),
  ])
  return rows.length > 0
}

/** Uploads of all tenants that nothing was added to since `before`. */
export const dueUploads = ({ env }: StoreContext, before: Date, most: number) =>
  callAcrossTenants<{ tenant_id: string; upload_id: string }>(
    env,
    sql`select * from kb_due_uploads(${before.toISOString()}::timestamptz, ${most}::int)`,
  )
