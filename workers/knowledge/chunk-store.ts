/**
 * What the indexer writes: leases, progress, chunks and the step that makes them visible. Every
 * write is fenced by the run's generation and its lease, so that a worker that was overtaken,
 * cancelled or whose document is gone changes nothing.
 */
import { sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, withTenant } from '../../shared/database.ts'
import type { DocumentMessage, JobError, JobStage, JobStatus } from './schemas.ts'

export type ChunkStoreContext = WithEnv<DatabaseEnv>

/** One try of one run. */
export interface Lease extends Pick<DocumentMessage, 'documentId' | 'generation'> {
  leaseId: string
}

/** Seconds without a sign of life after which another worker may take over. */
const LEASE_SECONDS = 60

export interface Claimed {
  lease: Lease
  kbId: string
  fileName: string
  mediaType: string
  attempts: number
}

export type ClaimResult =
  | { type: 'claimed'; claimed: Claimed }
  | { type: 'busy' }
  | { type: 'over' }

/**
 * Takes the run for this worker, and clears what earlier runs left behind; what an earlier try of the
 * same run stored stays (see reuse-store.ts). `busy`: another worker
 * holds it, come back later. `over`: the run ended or is no longer the newest.
 */
export async function claimRun(
  ctx: ChunkStoreContext,
  { documentId, generation }: DocumentMessage,
): Promise<ClaimResult> {
  const { tenantId } = ctx
  const lease = { documentId, generation, leaseId: crypto.randomUUID() }
  const [{ rows }, { rows: runs }] = await withTenant(ctx).batch((tx) => [
    tx.execute<Record<'kb_id' | 'file_name' | 'media_type' | 'attempts', unknown>>(sql`
update jobs j set status = 'parsing', stage = 'fetch', percent = 0, error = null,
  attempts = j.attempts + 1, lease_id = ${lease.leaseId}::uuid, lease_until = ${leaseEnd}, updated_at = now()
from (${holdDocument(tenantId, lease)}) d
where j.tenant_id = ${tenantId} and j.document_id = d.id and j.generation = ${generation}
  and j.status in ('queued', 'parsing', 'embedding') and coalesce(j.lease_until, '-infinity') < now()
returning d.kb_id, d.file_name, d.media_type, j.attempts`),
    tx.execute<{ active: boolean }>(sql`
select j.lease_id is distinct from ${lease.leaseId}::uuid and d.generation = j.generation
  and j.status in ('queued', 'parsing', 'embedding') as active
from jobs j join kb_documents d on d.tenant_id = j.tenant_id and d.id = j.document_id
where j.tenant_id = ${tenantId} and j.document_id = ${documentId}::uuid and j.generation = ${generation}`),
    ...(['kb_lex', 'kb_vec', 'kb_chunk'] as const).map((table) =>
      tx.execute(sql`
delete from ${sql.identifier(table)} c using kb_documents d, jobs j
where c.tenant_id = ${tenantId} and c.document_id = ${documentId}::uuid
  and d.tenant_id = ${tenantId} and d.id = c.document_id and j.tenant_id = ${tenantId}
  and j.document_id = c.document_id and j.lease_id = ${lease.leaseId}::uuid
  and c.generation is distinct from d.live_generation and c.generation <> ${generation}::int`),
    ),
  ])
  const [row] = rows
  if (!row) return { type: runs[0]?.active ? 'busy' : 'over' }
  const claimed = {
    lease,
    kbId: String(row.kb_id),
    fileName: String(row.file_name),
    mediaType: String(row.media_type),
    attempts: Number(row.attempts),
  }
  return { type: 'claimed', claimed }
}

export interface Progress {
  status: JobStatus
  stage: JobStage
  percent: number
}

/** Shows progress and prolongs the lease. @returns false when the run is no longer ours. */
export async function keepRun(
  ctx: ChunkStoreContext,
  lease: Lease,
  progress: Progress,
): Promise<boolean> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(holdRun(ctx.tenantId, lease, progress)),
  ])
  return rows.length > 0
}

/** Ends the try: for good with a terminal status, or back to `queued` for the next one. */
export async function endRun(
  ctx: ChunkStoreContext,
  { documentId, generation, leaseId }: Lease,
  status: JobStatus,
  error: JobError,
): Promise<void> {
  const stage: JobStage = status === 'queued' ? 'queue' : 'done'
  await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
update jobs set status = ${status}, stage = ${stage}, error = ${JSON.stringify(error)}::jsonb,
  lease_id = null, lease_until = null, sent_at = now(), updated_at = now()
where tenant_id = ${ctx.tenantId} and document_id = ${documentId}::uuid
  and generation = ${generation} and lease_id = ${leaseId}::uuid`),
  ])
}

/** Ends a run whose message the queue gave up on, whoever holds it. Terminal runs stay as they are. */
export async function abandonRun(
  ctx: ChunkStoreContext,
  { documentId, generation }: DocumentMessage,
  fallback: JobError,
): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
update jobs set status = 'failed', stage = 'done',
  error = coalesce(error, ${JSON.stringify(fallback)}::jsonb),
  lease_id = null, lease_until = null, updated_at = now()
where tenant_id = ${ctx.tenantId} and document_id = ${documentId}::uuid
  and generation = ${generation} and status in ('queued', 'parsing', 'embedding')`),
  ])
}

export interface ChunkRow {
  ordinal: number
  title: string
  context: string
  text: string
  start: number
  end: number
  page: number
  pageStarts: number[]
  hash: string
  /** Null when a chunk of the same hash has it already. */
  embedding: readonly number[] | null
}

/** Adds chunks to the run, unseen until `publishRun`. @returns false when the run is not ours. */
export async function insertChunks(
  ctx: ChunkStoreContext,
  lease: Lease,
  kbId: string,
  chunks: readonly ChunkRow[],
  progress: Progress,
): Promise<boolean> {
  const { tenantId } = ctx
  const { documentId, generation } = lease
  const rows = JSON.stringify(chunks.map(toInput))
  const key = sql`${tenantId}::text, ${documentId}::uuid, ${generation}::int, r.ordinal`
  const [{ rows: held }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
with held as (${holdRun(tenantId, lease, progress)}),
kb as (
  select config::regconfig as config from kb_stat where tenant_id = ${tenantId} and kb_id = ${kbId}
),
r as materialized (
  select i.*, to_tsvector(kb.config, concat_ws(E'\\n', i.title, i.context, i.text)) as body,
    to_tsvector(kb.config, concat_ws(E'\\n', i.title, i.context)) as heading
  from held cross join kb cross join jsonb_to_recordset(${rows}::jsonb) as i(
    ordinal int, title text, context text, text text, "start" int, "end" int, page int,
    "pageStarts" int[], hash text, emb text)
),
c as (
  insert into kb_chunk (tenant_id, document_id, generation, ordinal, context, text, char_start,
    char_end, page, page_starts, chunk_hash)
  select ${key}, r.context, r.text, r.start, r.end, r.page, r."pageStarts", r.hash from r
),
v as (
  insert into kb_vec (tenant_id, document_id, generation, ordinal, emb)
  select ${key}, coalesce(r.emb::vector, (
    select v.emb from kb_chunk k join kb_vec v using (tenant_id, document_id, generation, ordinal)
    where k.tenant_id = ${tenantId} and k.chunk_hash = r.hash limit 1
  )) from r
),
x as (
  insert into kb_lex (tenant_id, document_id, generation, ordinal, tsv, bm)
  select ${key}, r.body, kb_bm25(r.body, r.heading) from r
)
select id from held`),
  ])
  return held.length > 0
}

/** Seven significant digits are what a 4-byte float keeps; more would only be sent. */
function toInput({ embedding, ...rest }: ChunkRow) {
  const emb = embedding && `[${embedding.map((value) => Number(value.toPrecision(7))).join(',')}]`
  return { ...rest, emb }
}

/**
 * Makes the run the visible one and ends it, in one step.
 *
 * @returns false when the run is no longer ours; nothing became visible then.
 */
export async function publishRun(
  ctx: ChunkStoreContext,
  { documentId, generation, leaseId }: Lease,
  { title, pages }: { title: string; pages: number },
): Promise<boolean> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ published: boolean }>(sql`
select kb_publish(${ctx.tenantId}, ${documentId}::uuid, ${generation}::int, ${leaseId}::uuid,
  ${title}, ${pages}::int) as published`),
  ])
  return rows[0]?.published === true
}

const leaseEnd = sql`now() + make_interval(secs => ${LEASE_SECONDS}::int)`

/**
 * The document's row, if the run is its newest. Locked before the job's row, in the order deletion
 * takes them, or the two could wait for each other.
 */
const holdDocument = (tenantId: string, { documentId, generation }: Lease) => sql`
select id, kb_id, file_name, media_type from kb_documents
where tenant_id = ${tenantId} and id = ${documentId}::uuid and generation = ${generation}::int
for key share`

const holdRun = (tenantId: string, lease: Lease, { status, stage, percent }: Progress) => sql`
update jobs j set status = ${status}, stage = ${stage}, percent = ${percent}::int,
  lease_until = ${leaseEnd}, updated_at = now()
from (${holdDocument(tenantId, lease)}) d
where j.tenant_id = ${tenantId} and j.document_id = d.id and j.generation = ${lease.generation}
  and j.lease_id = ${lease.leaseId}::uuid and j.status in ('parsing', 'embedding')
returning j.id`
