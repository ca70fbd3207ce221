/** SQL for what owners do to runs: begin anew, stop, take up again; and for what became of them. */
import { and, desc, eq, lt, sql } from 'drizzle-orm'
import { type Tx, withTenant } from '../../shared/database.ts'
import { newId } from '../../shared/ids.ts'
import { auditColumn } from '../audit/service.ts'
import { documentEvents, kbDeadLetters } from './ingest-tables.ts'
import { isBefore } from './run-store.ts'
import type { DeadLetter, DocumentEvent, DocumentMessage, LetterQuery } from './schemas.ts'
import { about, insertJob, type StoreContext } from './store.ts'
import { kbDocuments } from './tables.ts'
import { stateAfter } from './transitions.ts'

/**
 * Starts a new run of a document, whatever state it is in; the run before it ends as cancelled. A run
 * that was not begun yet stays the newest: asking twice is asking once.
 *
 * @returns false when there is no such document
 * @throws when its knowledge base `isClosed`
 */
export async function insertRun(
  ctx: StoreContext,
  documentId: string,
  event: 'doc.retry' | 'doc.reindex',
): Promise<boolean> {
  const { tenantId } = ctx
  const jobId = newId(ctx.now())
  const entry = auditColumn(ctx, event, about(documentId))
  // The lock comes first, so that of ten at once nine see the run of the tenth.
  const [, found] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
select kb_open(tenant_id, kb_id) from kb_documents where tenant_id = ${tenantId} and id = ${documentId}::uuid`),
    tx
      .select({ id: kbDocuments.id })
      .from(kbDocuments)
      .where(and(eq(kbDocuments.tenantId, tenantId), eq(kbDocuments.id, documentId)))
      .for('update'),
    tx.execute(sql`
update kb_documents d set generation = d.generation + 1, updated_at = now()
where d.tenant_id = ${tenantId} and d.id = ${documentId}::uuid and not exists (
  select from jobs j where j.tenant_id = d.tenant_id and j.document_id = d.id
    and j.generation = d.generation and j.status = 'queued' and j.started_at is null)`),
    tx.execute(sql`
update jobs j set status = ${stateAfter('cancel')}, stage = 'done', lease_id = null, lease_until = null,
  updated_at = now()
from kb_documents d
where j.tenant_id = ${tenantId} and j.document_id = ${documentId}::uuid and d.tenant_id = j.tenant_id
  and d.id = j.document_id and j.generation < d.generation and ${isBefore('cancel')}`),
    dropLetters(tx, tenantId, documentId),
    insertJob(tx, ctx, { id: jobId, documentId }, entry),
  ])
  return found.length > 0
}

/** Letters of runs that are not the newest any more. */
const dropLetters = (tx: Tx, tenantId: string, documentId: string) =>
  tx.execute(sql`
delete from kb_dead_letters l using kb_documents d
where l.tenant_id = ${tenantId} and l.document_id = ${documentId}::uuid and d.tenant_id = l.tenant_id
  and d.id = l.document_id and l.generation < d.generation`)

/**
 * Ends the newest run, if it is not over.
 *
 * @returns false when there is nothing to end: no such document, or its run is over
 */
export async function cancelRun(ctx: StoreContext, documentId: string): Promise<boolean> {
  const { tenantId } = ctx
  const entry = auditColumn(ctx, 'doc.cancel', about(documentId))
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
with held as (
  select generation from kb_documents
  where tenant_id = ${tenantId} and id = ${documentId}::uuid for key share
), ended as (
  update jobs j set status = ${stateAfter('cancel')}, stage = 'done', error = null, lease_id = null,
    lease_until = null, updated_at = now()
  from held h
  where j.tenant_id = ${tenantId} and j.document_id = ${documentId}::uuid
    and j.generation = h.generation and ${isBefore('cancel')}
  returning j.id
)
select ${entry} as seq from ended`),
  ])
  return rows.length > 0
}

/**
 * Takes up a run that was given up, where it stopped.
 *
 * @returns the message to send; undefined when there is no such letter, or its run was replaced
 * @throws when its knowledge base `isClosed`
 */
export async function replayLetter(
  ctx: StoreContext,
  letterId: string,
): Promise<DocumentMessage | undefined> {
  const { tenantId, requestId, traceparent } = ctx
  const resource = { type: 'dead_letter', id: letterId }
  const entry = auditColumn(ctx, 'doc.replay', { resource })
  const [, { rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
select kb_open(d.tenant_id, d.kb_id) from kb_documents d join kb_dead_letters l
  on l.tenant_id = d.tenant_id and l.document_id = d.id
where l.tenant_id = ${tenantId} and l.id = ${letterId}::uuid`),
    tx.execute<{ document_id: string; generation: number; slice: number }>(sql`
with letter as (
  delete from kb_dead_letters l using kb_documents d
  where l.tenant_id = ${tenantId} and l.id = ${letterId}::uuid and d.tenant_id = l.tenant_id
    and d.id = l.document_id and d.generation = l.generation
  returning l.document_id, l.generation
), revived as (
  update jobs j set status = ${stateAfter('replay')}, stage = 'queue', error = null, attempts = 0,
    sent_at = now(), updated_at = now()
  from letter l
  where j.tenant_id = ${tenantId} and j.document_id = l.document_id and j.generation = l.generation
    and ${isBefore('replay')}
  returning j.document_id, j.generation, j.slice
)
select r.*, ${entry} as seq from revived r`),
  ])
  const [row] = rows
  if (!row) return undefined
  const { document_id: documentId, generation, slice } = row
  return { tenantId, documentId, generation, slice, requestId, traceparent }
}

/** Newest first; one more than asked for, so that the caller sees whether there are more. */
export async function listLetters(
  ctx: StoreContext,
  { limit, cursor }: LetterQuery,
): Promise<DeadLetter[]> {
  const { tenantId } = ctx
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ letter: kbDeadLetters, title: kbDocuments.title })
      .from(kbDeadLetters)
      .innerJoin(
        kbDocuments,
        and(
          eq(kbDocuments.tenantId, kbDeadLetters.tenantId),
          eq(kbDocuments.id, kbDeadLetters.documentId),
        ),
      )
      .where(
        and(
          eq(kbDeadLetters.tenantId, tenantId),
          cursor ? lt(kbDeadLetters.id, cursor) : undefined,
        ),
      )
      .orderBy(desc(kbDeadLetters.id))
      .limit(limit + 1),
  ])
  return rows.map(({ letter, title }) => {
    const { id, documentId, generation, slice, attempts, error, diedAt } = letter
    const run = { documentId, title, generation, slice, attempts }
    return { id, ...run, error, diedAt: diedAt.toISOString() }
  })
}

/** Newest first. */
export async function listEvents(ctx: StoreContext, documentId: string): Promise<DocumentEvent[]> {
  const { tenantId } = ctx
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(documentEvents)
      .where(and(eq(documentEvents.tenantId, tenantId), eq(documentEvents.documentId, documentId)))
      .orderBy(desc(documentEvents.id))
      .limit(200),
  ])
  return rows.map(({ id, generation, event, percent, error, at }) => {
    return { id, generation, event, percent, error, at: at.toISOString() }
  })
}

/** Documents whose newest run failed, longest over first. */
export async function listFailed(ctx: StoreContext, limit: number): Promise<string[]> {
  const { tenantId } = ctx
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ id: string }>(sql`
select d.id from kb_documents d join jobs j on j.tenant_id = d.tenant_id and j.document_id = d.id
  and j.generation = d.generation
join knowledge_bases b on b.tenant_id = d.tenant_id and b.id = d.kb_id
where d.tenant_id = ${tenantId} and j.status = 'failed'
  and (b.draft or not coalesce((b.gate->>'closed')::boolean, false))
order by j.updated_at limit ${limit}`),
  ])
  return rows.map(({ id }) => id)
}
