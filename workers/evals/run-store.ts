/**
 * SQL for runs: begun, worked on under a lease, ended. Every write of a worker names its lease, so one that
 * was overtaken, or whose run was cancelled, changes nothing.
 */
import { and, asc, desc, eq, gt, lt, sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { auditColumn } from '../audit/service.ts'
import type { EvalResult, EvalRun, PageQuery, RunProfile, RunQuery, RunSummary } from './schemas.ts'
import type { StoreContext } from './store.ts'
import { evalResults, evalRuns } from './tables.ts'

type Row = typeof evalRuns.$inferSelect

/** Field by field: leases are nobody's business outside. */
function toRun(row: Row): EvalRun {
  const { id, setId, kbId, label, status, profile, kbVersion, kbVersionEnd } = row
  const { casesTotal, casesDone, error, summary, costMicroDollars, createdAt, endedAt } = row
  const about = { id, setId, kbId, label, status, profile, kbVersion, kbVersionEnd }
  const outcome = { casesTotal, casesDone, error, summary, costMicroDollars }
  const ended = endedAt?.toISOString() ?? null
  return { ...about, ...outcome, createdAt: createdAt.toISOString(), endedAt: ended }
}

const isRun = ({ tenantId }: StoreContext, id: string) =>
  and(eq(evalRuns.tenantId, tenantId), eq(evalRuns.id, id))

const aboutRun = (id: string, facts: Record<string, string | number | boolean> = {}) => {
  return { resource: { type: 'eval_run', id }, facts }
}

export interface NewRun {
  id: string
  setId: string
  kbId: string
  label: string
  profile: RunProfile
  kbVersion: number
}

/** @returns whether it was begun: not when the set has no case, nor when `most` runs are under way */
export async function insertRun(ctx: StoreContext, run: NewRun, most: number): Promise<boolean> {
  const { tenantId } = ctx
  const { id, setId, kbId, label, profile, kbVersion } = run
  const { arm, strategy, answers } = profile
  const seq = auditColumn(ctx, 'eval.run.start', aboutRun(id, { arm, strategy, answers }))
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
with made as (
  insert into eval_runs (tenant_id, id, set_id, kb_id, label, status, profile, kb_version, cases_total,
    created_at)
  select ${tenantId}, ${id}::uuid, ${setId}::uuid, ${kbId}, ${label}, 'queued',
    ${JSON.stringify(profile)}::jsonb, ${kbVersion}, count(*), ${ctx.now().toISOString()}::timestamptz
  from eval_cases where tenant_id = ${tenantId} and set_id = ${setId}::uuid
  having count(*) > 0 and (select count(*) from eval_runs
    where tenant_id = ${tenantId} and status in ('queued', 'running')) < ${most}
  returning id
) select ${seq} as seq from made`),
  ])
  return rows.length > 0
}

/** Newest first, from behind `cursor`. */
export async function selectRuns(
  ctx: StoreContext,
  { set, limit, cursor }: RunQuery,
): Promise<EvalRun[]> {
  const isAsked = and(
    eq(evalRuns.tenantId, ctx.tenantId),
    set === undefined ? undefined : eq(evalRuns.setId, set),
    cursor === undefined ? undefined : lt(evalRuns.id, cursor),
  )
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx.select().from(evalRuns).where(isAsked).orderBy(desc(evalRuns.id)).limit(limit),
  ])
  return rows.map(toRun)
}

export async function findRun(ctx: StoreContext, id: string): Promise<EvalRun | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.select().from(evalRuns).where(isRun(ctx, id)),
  ])
  return row && toRun(row)
}

/** Ends a run that is under way. @returns whether there was one */
export async function cancelRun(ctx: StoreContext, id: string): Promise<boolean> {
  const seq = auditColumn(ctx, 'eval.run.cancel', aboutRun(id))
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
with ended as (
  update eval_runs set status = 'cancelled', lease_id = null, lease_until = null,
    ended_at = ${ctx.now().toISOString()}::timestamptz
  where tenant_id = ${ctx.tenantId} and id = ${id}::uuid and status in ('queued', 'running')
  returning id
) select ${seq} as seq from ended`),
  ])
  return rows.length > 0
}

/** With its results. @returns whether there was such a run */
export async function deleteRun(ctx: StoreContext, id: string): Promise<boolean> {
  const seq = auditColumn(ctx, 'eval.run.delete', aboutRun(id))
  const [rows] = await withTenant(ctx).batch((tx) => {
    const remove = tx.delete(evalRuns).where(isRun(ctx, id)).returning({ id: evalRuns.id })
    const gone = tx.$with('gone').as(remove)
    return [tx.with(gone).select({ seq }).from(gone)]
  })
  return rows.length > 0
}

export type StoredResult = EvalResult & { answerable: boolean }

const isResultOf = ({ tenantId }: StoreContext, runId: string) =>
  and(eq(evalResults.tenantId, tenantId), eq(evalResults.runId, runId))

/** In the order of cases, from behind `cursor`. */
export async function selectResults(
  ctx: StoreContext,
  runId: string,
  { limit, cursor }: Partial<PageQuery> = {},
): Promise<StoredResult[]> {
  const after = cursor === undefined ? undefined : gt(evalResults.caseId, cursor)
  const [rows] = await withTenant(ctx).batch((tx) => {
    const found = tx
      .select()
      .from(evalResults)
      .where(and(isResultOf(ctx, runId), after))
      .orderBy(asc(evalResults.caseId))
    return [limit === undefined ? found : found.limit(limit)]
  })
  return rows.map(toResult)
}

function toResult(row: typeof evalResults.$inferSelect): StoredResult {
  const { caseId, question, answerable, ndcg, recall, citationPrecision } = row
  const { abstained, searchMs, answerMs, documents } = row
  const scores = { ndcg, recall, citationPrecision, abstained }
  return { caseId, question, answerable, ...scores, searchMs, answerMs, documents }
}

/** A run somebody works on. */
export interface Claimed {
  run: EvalRun
  leaseId: string
  lastCase: string | null
  attempts: number
}

const LEASE_SECONDS = 60

/** @returns undefined when somebody else works on it, or nobody has to */
export async function claimRun(ctx: StoreContext, id: string): Promise<Claimed | undefined> {
  const leaseId = crypto.randomUUID()
  const isFree = sql`${isRun(ctx, id)} and ${evalRuns.status} in ('queued', 'running')
    and coalesce(${evalRuns.leaseUntil}, '-infinity') < now()`
  const set = {
    status: 'running' as const,
    leaseId,
    leaseUntil: sql`now() + make_interval(secs => ${LEASE_SECONDS})`,
    attempts: sql`${evalRuns.attempts} + 1`,
  }
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.update(evalRuns).set(set).where(isFree).returning(),
  ])
  return row && { run: toRun(row), leaseId, lastCase: row.lastCase, attempts: row.attempts }
}

type Held = Pick<Claimed, 'leaseId'> & { run: Pick<EvalRun, 'id'> }

const isHeld = (ctx: StoreContext, { run, leaseId }: Held) =>
  and(isRun(ctx, run.id), eq(evalRuns.leaseId, leaseId), eq(evalRuns.status, 'running'))

/** Stores what cases came to and prolongs the lease. @returns whether it was held */
export async function keepResults(
  ctx: StoreContext,
  held: Held,
  results: readonly StoredResult[],
  microDollars: number,
): Promise<boolean> {
  const { tenantId } = ctx
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
with held as (
  update eval_runs set cases_done = cases_done + ${results.length}, attempts = 0,
    last_case = ${results.at(-1)?.caseId ?? null}::uuid,
    cost_micro_dollars = cost_micro_dollars + ${microDollars},
    lease_until = now() + make_interval(secs => ${LEASE_SECONDS})
  where tenant_id = ${tenantId} and id = ${held.run.id}::uuid and lease_id = ${held.leaseId}::uuid
    and status = 'running'
  returning id
)
insert into eval_results (tenant_id, run_id, case_id, question, answerable, ndcg, recall,
  citation_precision, abstained, search_ms, answer_ms, documents)
select ${tenantId}, held.id, r."caseId", r.question, r.answerable, r.ndcg, r.recall,
  r."citationPrecision", r.abstained, r."searchMs", r."answerMs", r.documents
from held, jsonb_to_recordset(${JSON.stringify(results)}::jsonb) as r("caseId" uuid, question text,
  answerable boolean, ndcg float8, recall float8, "citationPrecision" float8, abstained boolean,
  "searchMs" float8, "answerMs" float8, documents jsonb)
returning case_id`),
  ])
  return rows.length === results.length
}

/** Gives the lease back: whoever comes next goes on. @param seconds Until when nobody is to come */
export async function releaseRun(ctx: StoreContext, held: Held, seconds = 0): Promise<void> {
  const leaseUntil = sql`now() + make_interval(secs => ${seconds})`
  await withTenant(ctx).batch((tx) => [
    tx.update(evalRuns).set({ leaseId: null, leaseUntil }).where(isHeld(ctx, held)),
  ])
}

type End =
  | { status: 'done'; summary: RunSummary; kbVersionEnd: number }
  | { status: 'failed'; error: { code: string; message: string } }

export async function endRun(ctx: StoreContext, held: Held, end: End): Promise<void> {
  const set = { ...end, leaseId: null, leaseUntil: null, endedAt: ctx.now() }
  await withTenant(ctx).batch((tx) => [tx.update(evalRuns).set(set).where(isHeld(ctx, held))])
}
