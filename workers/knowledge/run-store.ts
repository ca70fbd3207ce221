/**
 * The lease of a run: taken, kept, passed on, given back. Every write is fenced by the run's
 * generation, its slice and its lease, so that a worker that was overtaken, cancelled or whose document
 * is gone changes nothing.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, type Tx, withTenant } from '../../shared/database.ts'
import { newId } from '../../shared/ids.ts'
import type { DocumentMessage, JobError, JobStage, JobStatus } from './schemas.ts'
import { type RunEvent, stateAfter, statesBefore } from './transitions.ts'

export type RunStoreContext = WithEnv<DatabaseEnv>

/** One try of one slice. */
export interface Lease extends Pick<DocumentMessage, 'documentId' | 'generation' | 'slice'> {
  leaseId: string
}

/** Seconds without a sign of life after which another worker may take over. */
export const LEASE_SECONDS = 60

export interface Claimed {
  lease: Lease
  kbId: string
  /** The knowledge base's own embedding model; null: the platform's. */
  embeddingModel: string | null
  fileName: string
  mediaType: string
  attempts: number
  pagesDone: number
  chunksDone: number
  /** Null until the text is stored and cut. */
  chunksTotal: number | null
}

export type ClaimResult =
  | { type: 'claimed'; claimed: Claimed }
  | { type: 'busy'; secondsLeft: number }
  | { type: 'passed' }
  | { type: 'over' }

const CHUNK_TABLES = ['kb_lex', 'kb_vec', 'kb_chunk'] as const

/**
 * Takes the slice for this worker; the first one clears what earlier runs left behind. `busy`: another
 * worker holds it. `passed`: the slice is done and the next one waits; who did it may have died before
 * it sent for that. `over`: the run ended, went further, or is no longer the newest.
 */
export async function claimRun(
  ctx: RunStoreContext,
  { documentId, generation, slice }: DocumentMessage,
): Promise<ClaimResult> {
  const { tenantId } = ctx
  const lease = { documentId, generation, slice, leaseId: crypto.randomUUID() }
  const [{ rows }, { rows: runs }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
update jobs j set status = case when j.chunks_total is null then ${stateAfter('parse')} else ${stateAfter('embed')} end,
  stage = case when j.chunks_total is null then 'fetch' else 'embed' end, error = null,
  attempts = j.attempts + 1, lease_id = ${lease.leaseId}::uuid, lease_until = ${leaseEnd},
  started_at = coalesce(j.started_at, now()), claimed_at = now(),
  reached_at = coalesce(j.sent_at, j.created_at), updated_at = now()
from (${holdDocument(tenantId, lease)}) d
where j.tenant_id = ${tenantId} and j.document_id = d.id and j.generation = ${generation}
  and j.slice = ${slice}::int and ${isBefore('embed')} and coalesce(j.lease_until, '-infinity') < now()
returning d.kb_id, (
    select b.embedding_model from knowledge_bases b where b.tenant_id = ${tenantId} and b.id = d.kb_id
  ) as embedding_model, d.file_name, d.media_type, j.attempts, j.pages_done, j.chunks_done, j.chunks_total`),
    tx.execute<{ ahead: number | null; is_held: boolean; seconds: unknown }>(sql`
select case when d.generation = j.generation and ${isBefore('embed')} then j.slice - ${slice}::int end as ahead,
  j.lease_id is not null and j.lease_id <> ${lease.leaseId}::uuid as is_held,
  ceil(extract(epoch from j.lease_until - now())) as seconds
from jobs j join kb_documents d on d.tenant_id = j.tenant_id and d.id = j.document_id
where j.tenant_id = ${tenantId} and j.document_id = ${documentId}::uuid and j.generation = ${generation}`),
    ...(slice === 0 ? CHUNK_TABLES : []).map((table) => clearOlder(tx, table, ctx, lease)),
  ])
  const [row] = rows
  const [run] = runs
  if (row) return { type: 'claimed', claimed: toClaimed(lease, row) }
  if (run?.ahead === 0) return { type: 'busy', secondsLeft: Number(run.seconds ?? 0) }
  return { type: run?.ahead === 1 && !run.is_held ? 'passed' : 'over' }
}

function toClaimed(lease: Lease, row: Record<string, unknown>): Claimed {
  const { chunks_total: total, embedding_model: model } = row
  return {
    lease,
    kbId: String(row['kb_id']),
    embeddingModel: typeof model === 'string' ? model : null,
    fileName: String(row['file_name']),
    mediaType: String(row['media_type']),
    attempts: Number(row['attempts']),
    pagesDone: Number(row['pages_done']),
    chunksDone: Number(row['chunks_done']),
    chunksTotal: total === null ? null : Number(total),
  }
}

function clearOlder(
  tx: Tx,
  table: (typeof CHUNK_TABLES)[number],
  { tenantId }: RunStoreContext,
  { documentId, generation, leaseId }: Lease,
) {
  return tx.execute(sql`
delete from ${sql.identifier(table)} c using kb_documents d, jobs j
where c.tenant_id = ${tenantId} and c.document_id = ${documentId}::uuid
  and d.tenant_id = ${tenantId} and d.id = c.document_id and j.tenant_id = ${tenantId}
  and j.document_id = c.document_id and j.lease_id = ${leaseId}::uuid
  and c.generation is distinct from d.live_generation and c.generation <> ${generation}::int`)
}

export interface Progress {
  status: JobStatus
  stage: JobStage
  percent: number
  /** Known from here on; what is left out stays as it is. */
  pagesDone?: number
  pagesTotal?: number
  chunksDone?: number
  chunksTotal?: number
}

/** Shows progress and prolongs the lease. @returns false when the run is no longer ours */
export async function keepRun(
  ctx: RunStoreContext,
  lease: Lease,
  progress: Progress,
): Promise<boolean> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(holdRun(ctx.tenantId, lease, progress)),
  ])
  return rows.length > 0
}

/** Ends the slice and gives the lease back: the next message is due. @returns false when lost */
export async function advanceRun(
  ctx: RunStoreContext,
  lease: Lease,
  progress: Progress,
): Promise<boolean> {
  const next = sql`slice = j.slice + 1, attempts = 0, lease_id = null, lease_until = null, sent_at = now()`
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(holdRun(ctx.tenantId, lease, progress, next)),
  ])
  return rows.length > 0
}

/** Ends the try: the slice will be tried again, `delaySeconds` from now. */
export async function deferRun(
  ctx: RunStoreContext,
  lease: Lease,
  error: JobError,
  delaySeconds: number,
): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
update jobs j set status = ${stateAfter('wait')}, stage = 'queue', error = ${JSON.stringify(error)}::jsonb,
  lease_id = null, lease_until = null, updated_at = now(),
  sent_at = now() + make_interval(secs => ${delaySeconds}::int)
where ${isHeldBy(ctx.tenantId, lease)} and ${isBefore('wait')}`),
  ])
}

/** Ends the run for good. */
export async function endRun(
  ctx: RunStoreContext,
  lease: Lease,
  event: 'fail' | 'needOcr',
  error: JobError,
): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
update jobs j set status = ${stateAfter(event)}, stage = 'done', error = ${JSON.stringify(error)}::jsonb,
  lease_id = null, lease_until = null, updated_at = now()
where ${isHeldBy(ctx.tenantId, lease)} and ${isBefore(event)}`),
  ])
}

/**
 * Ends a run whose slice is given up, and keeps the message as a dead letter. A run that somebody works
 * on, that went on meanwhile or has ended stays as it is.
 *
 * @param leaseId Of the worker that gives up; undefined when the queue did.
 */
export async function abandonRun(
  ctx: RunStoreContext,
  { documentId, generation, slice }: DocumentMessage,
  fallback: JobError,
  leaseId?: string,
): Promise<boolean> {
  const { tenantId } = ctx
  const free = leaseId
    ? sql`j.lease_id = ${leaseId}::uuid`
    : sql`coalesce(j.lease_until, '-infinity') < now()`
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
with dead as (
  update jobs j set status = ${stateAfter('fail')}, stage = 'done',
    error = coalesce(j.error, ${JSON.stringify(fallback)}::jsonb),
    lease_id = null, lease_until = null, updated_at = now()
  where j.tenant_id = ${tenantId} and j.document_id = ${documentId}::uuid
    and j.generation = ${generation} and j.slice = ${slice}::int and ${isBefore('fail')} and ${free}
  returning j.attempts, j.error
)
insert into kb_dead_letters (tenant_id, id, document_id, generation, slice, attempts, error, died_at)
select ${tenantId}, ${newId(ctx.now())}::uuid, ${documentId}::uuid, ${generation}, ${slice}::int,
  attempts, error, now() from dead
on conflict (tenant_id, document_id, generation) do update
  set slice = excluded.slice, attempts = excluded.attempts, error = excluded.error, died_at = excluded.died_at
returning id`),
  ])
  return rows.length > 0
}

const leaseEnd = sql`now() + make_interval(secs => ${LEASE_SECONDS}::int)`

/** Whether the job `j` is in a state the event may happen in. */
export const isBefore = (event: RunEvent): SQL =>
  sql`j.status in (${sql.join(
    statesBefore(event).map((status) => sql`${status}`),
    sql`, `,
  )})`

const isHeldBy = (tenantId: string, { documentId, generation, leaseId }: Lease) => sql`
j.tenant_id = ${tenantId} and j.document_id = ${documentId}::uuid and j.generation = ${generation}
  and j.lease_id = ${leaseId}::uuid`

/**
 * The document's row, if the run is its newest. Locked before the job's row, in the order deletion
 * takes them, or the two could wait for each other.
 */
const holdDocument = (tenantId: string, { documentId, generation }: Lease) => sql`
select id, kb_id, file_name, media_type from kb_documents
where tenant_id = ${tenantId} and id = ${documentId}::uuid and generation = ${generation}::int
for key share`

/** Updates the run while it is ours; answers with its id. @param end What is set besides. */
export function holdRun(tenantId: string, lease: Lease, progress: Progress, end?: SQL): SQL {
  const { status, stage, percent, pagesDone, pagesTotal, chunksDone, chunksTotal } = progress
  const counted = { pages_done: pagesDone, pages_total: pagesTotal }
  const counts = { ...counted, chunks_done: chunksDone, chunks_total: chunksTotal }
  const sets = Object.entries(counts).map(([name, value]) =>
    value === undefined ? sql`` : sql`${sql.identifier(name)} = ${value}::int, `,
  )
  return sql`
update jobs j set status = ${status}, stage = ${stage}, percent = ${percent}::int, ${sql.join(sets)}
  updated_at = now(), ${end ?? sql`lease_until = ${leaseEnd}`}
from (${holdDocument(tenantId, lease)}) d
where j.document_id = d.id and ${isHeldBy(tenantId, lease)} and j.slice = ${lease.slice}::int
  and ${isBefore(status === 'embedding' ? 'embed' : 'parse')}
returning j.id`
}

/** The run's message did not reach the queue: the next sweep is to send it. */
export async function noteUnsent(
  ctx: RunStoreContext,
  { documentId, generation }: Pick<DocumentMessage, 'documentId' | 'generation'>,
): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
update jobs set sent_at = null
where tenant_id = ${ctx.tenantId} and document_id = ${documentId}::uuid and generation = ${generation}`),
  ])
}
