/**
 * SQL for documents and their jobs, as their owners see them. What the indexer writes is chunk-store.ts;
 * retrieval is search-store.ts.
 */
import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { sqlStateOf, type DatabaseEnv, type Tx, withTenant } from '../../shared/database.ts'
import { auditColumn, type AuditDetails } from '../audit/service.ts'
import type { Attributes } from './attributes.ts'
import { ensureDefault } from './base-store.ts'
import { fileTypeOf, type MediaType } from './formats.ts'
import { etaSeconds } from './progress.ts'
import { namedIn, type Reader } from './readers.ts'
import { type Document, type DocumentQuery, type Job, JobStage, type Submitted } from './schemas.ts'
import { jobs, kbDocuments, kbPurges } from './tables.ts'

export type StoreContext = WithEnv<DatabaseEnv>

/** A document with the run its state is read from, and the run whose text is visible. */
export interface Stored extends Submitted {
  generation: number
  /** Which message of the run is due. */
  slice: number
  liveGeneration: number | null
  /** Who may read it; null: everybody. */
  acl: readonly string[] | null
  phi: boolean
}

export interface NewDocument {
  id: string
  jobId: string
  kbId: string
  title: string
  fileName: string
  mediaType: MediaType
  bytes: number
  sha256: string
  acl?: string[] | null
  phi?: boolean
  attributes?: Attributes
}

/**
 * @returns false when the knowledge base has these bytes already; nothing is written then
 * @throws when there is no such knowledge base, as `isOrphan` tells, or it is `isClosed`
 */
export async function insertDocument(ctx: StoreContext, document: NewDocument): Promise<boolean> {
  const { tenantId } = ctx
  const { id, jobId, mediaType, bytes, sha256 } = document
  const now = ctx.now()
  const { jobId: _, ...values } = document
  const row = { ...values, tenantId, generation: 1, createdAt: now, updatedAt: now }
  const facts = { fileType: fileTypeOf(mediaType), bytes, sha256 }
  const entry = auditColumn(ctx, 'doc.create', { ...about(id), facts })
  const [, , , inserted] = await withTenant(ctx).batch((tx) => [
    ...ensureDefault(tx, ctx),
    tx.execute(sql`select kb_open(${tenantId}, ${document.kbId})`),
    tx.insert(kbDocuments).values(row).onConflictDoNothing().returning({ id: kbDocuments.id }),
    insertJob(tx, ctx, { id: jobId, documentId: id }, entry),
  ])
  return inserted.length > 0
}

/** Whether a statement failed because of a gate that lets in only what was measured: kb_open's SQLSTATE. */
export const isClosed = (error: unknown): boolean => sqlStateOf(error) === 'VA409'

/** A job for the document's newest run, if there is none yet; and the entry that says so. */
export function insertJob(
  tx: Tx,
  { tenantId, requestId, traceparent, now }: StoreContext,
  { id, documentId }: { id: string; documentId: string },
  entry: SQL,
) {
  const at = now().toISOString()
  return tx.execute(sql`
with job as (insert into jobs (tenant_id, id, document_id, generation, status, stage, request_id, traceparent,
  sent_at, created_at, updated_at)
select tenant_id, ${id}::uuid, id, generation, 'queued', 'queue', ${requestId}, ${traceparent},
  ${at}::timestamptz, ${at}::timestamptz, ${at}::timestamptz
from kb_documents where tenant_id = ${tenantId} and id = ${documentId}::uuid
on conflict (tenant_id, document_id, generation) do nothing returning id)
select ${entry} as seq from job`)
}

/** Deletes a document with all that was derived from it. @returns false when there is none */
export async function removeDocument(ctx: StoreContext, documentId: string): Promise<boolean> {
  const entry = auditColumn(ctx, 'doc.delete', about(documentId))
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ removed: boolean }>(sql`
select removed, case when removed then ${entry} end as seq
from kb_remove(${ctx.tenantId}, ${documentId}::uuid) as removed`),
  ])
  return rows[0]?.removed === true
}

/**
 * Forgets that a deleted document's files are still to be removed; not in the first two minutes, for a
 * worker that does not know of the deletion yet may write one until its lease ends.
 */
export async function deletePurge(ctx: StoreContext, documentId: string): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx
      .delete(kbPurges)
      .where(
        and(
          eq(kbPurges.tenantId, ctx.tenantId),
          eq(kbPurges.documentId, documentId),
          sql`${kbPurges.requestedAt} < now() - interval '2 minutes'`,
        ),
      ),
  ])
}

export async function findDocument(ctx: StoreContext, id: string): Promise<Stored | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    selectStored(tx).where(documentIs(ctx.tenantId, id)),
  ])
  return row && toStored(row)
}

/** The document with these bytes. */
export async function findDuplicate(
  ctx: StoreContext,
  kbId: string,
  sha256: string,
): Promise<Stored | undefined> {
  const { tenantId } = ctx
  const [[row]] = await withTenant(ctx).batch((tx) => [
    selectStored(tx).where(
      and(
        eq(kbDocuments.tenantId, tenantId),
        eq(kbDocuments.kbId, kbId),
        eq(kbDocuments.sha256, sha256),
      ),
    ),
  ])
  return row && toStored(row)
}

/**
 * Newest first; one more than asked for, so that the caller sees whether there are more.
 *
 * @param reader Whose documents; undefined: of who manages them all
 */
export async function listDocuments(
  ctx: StoreContext,
  { limit, cursor, status, kb }: DocumentQuery,
  reader: Reader | undefined,
): Promise<Document[]> {
  const [rows] = await withTenant(ctx).batch((tx) => [
    selectStored(tx)
      .where(
        and(
          eq(kbDocuments.tenantId, ctx.tenantId),
          cursor ? lt(kbDocuments.id, cursor) : undefined,
          status ? eq(jobs.status, status) : undefined,
          kb === undefined ? undefined : eq(kbDocuments.kbId, kb),
          reader && isReadable(reader),
        ),
      )
      .orderBy(desc(kbDocuments.id))
      .limit(limit + 1),
  ])
  return rows.map((row) => toStored(row).document)
}

export async function findJob(ctx: StoreContext, id: string): Promise<Job | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ job: jobs, ahead: sql<string | null>`kb_ahead(${jobs.id})` })
      .from(jobs)
      .where(and(eq(jobs.tenantId, ctx.tenantId), eq(jobs.id, id))),
  ])
  return row && toJob(row.job, row.ahead === null ? null : Number(row.ahead))
}

export const about = (id: string): AuditDetails => ({ resource: { type: 'document', id } })

const isReadable = ({ labels, seesPhi }: Reader) =>
  sql`(${kbDocuments.acl} is null or ${kbDocuments.acl} && array(
    select jsonb_array_elements_text(${JSON.stringify(labels)}::jsonb)))
    and (${seesPhi}::boolean or not ${kbDocuments.phi})`

const documentIs = (tenantId: string, id: string) =>
  and(eq(kbDocuments.tenantId, tenantId), eq(kbDocuments.id, id))

const selectStored = (tx: Tx) =>
  tx
    .select({ document: kbDocuments, job: jobs })
    .from(kbDocuments)
    .innerJoin(
      jobs,
      and(
        eq(jobs.tenantId, kbDocuments.tenantId),
        eq(jobs.documentId, kbDocuments.id),
        eq(jobs.generation, kbDocuments.generation),
      ),
    )

type Row = { document: typeof kbDocuments.$inferSelect; job: typeof jobs.$inferSelect }

/** A document's state is its newest run's. */
function toStored({ document, job }: Row): Stored {
  const { id, kbId: kb, title, fileName, mediaType, bytes, pages, chunks, duplicateOf } = document
  const { generation, liveGeneration, suspicions } = document
  const createdAt = document.createdAt.toISOString()
  const { acl, phi, attributes } = document
  const access = { labels: namedIn(acl), phi, attributes }
  const file = { fileName, mediaType, bytes, pages, chunks, duplicateOf, suspicions }
  const facts = { id, kb, title, ...file, ...access }
  const state = { ...facts, ...progressOf(job), createdAt }
  return {
    document: state,
    job: toJob(job),
    generation,
    slice: job.slice,
    liveGeneration,
    acl,
    phi,
  }
}

function toJob(row: Row['job'], ahead: number | null = null): Job {
  const { id, documentId, attempts, pagesDone, pagesTotal, chunksDone, chunksTotal } = row
  const counted = { pagesDone, pagesTotal, chunksDone, chunksTotal }
  return { id, documentId, attempts, ...counted, ahead, ...progressOf(row) }
}

/** Field by field: leases and traces are nobody's business outside. */
function progressOf(row: Row['job']) {
  const { status, percent, error, createdAt, updatedAt, startedAt } = row
  const stage = JobStage.parse(row.stage)
  const pace = { percent, startedAt: startedAt?.getTime() ?? null, updatedAt: updatedAt.getTime() }
  const at = { createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() }
  return { status, stage, percent, etaSeconds: etaSeconds(stage, pace), error, ...at }
}
