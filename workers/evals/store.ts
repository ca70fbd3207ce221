/**
 * SQL for sets and their cases. Every statement names its tenant, and so does the batch it runs in. A
 * change and its audit entry are one statement.
 */
import { and, asc, desc, eq, gt, inArray, lt, sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, isTaken, withTenant } from '../../shared/database.ts'
import { auditColumn } from '../audit/service.ts'
import type {
  EvalCase,
  EvalCaseChange,
  EvalSet,
  Judgement,
  NewEvalSet,
  PageQuery,
} from './schemas.ts'
import { evalCases, evalSets } from './tables.ts'

export type StoreContext = WithEnv<DatabaseEnv>

const SET = {
  id: evalSets.id,
  name: evalSets.name,
  kbId: evalSets.kbId,
  // Columns by hand: drizzle leaves the table out, and within the brackets `id` is a case's.
  cases: sql<number>`(select count(*)::int from eval_cases c
    where c.tenant_id = eval_sets.tenant_id and c.set_id = eval_sets.id)`,
  createdAt: evalSets.createdAt,
}

type SetRow = Omit<EvalSet, 'createdAt'> & { createdAt: Date }
const toSet = ({ id, name, kbId, cases, createdAt }: SetRow): EvalSet => {
  return { id, name, kbId, cases, createdAt: createdAt.toISOString() }
}

const isSet = ({ tenantId }: StoreContext, id: string) =>
  and(eq(evalSets.tenantId, tenantId), eq(evalSets.id, id))

const aboutSet = (id: string, facts: Record<string, string | number> = {}) => {
  return { resource: { type: 'eval_set', id }, facts }
}

/** Newest first, from behind `cursor`. */
export async function selectSets(
  ctx: StoreContext,
  { limit, cursor }: PageQuery,
): Promise<EvalSet[]> {
  const after = cursor === undefined ? undefined : lt(evalSets.id, cursor)
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select(SET)
      .from(evalSets)
      .where(and(eq(evalSets.tenantId, ctx.tenantId), after))
      .orderBy(desc(evalSets.id))
      .limit(limit),
  ])
  return rows.map(toSet)
}

export async function findSet(ctx: StoreContext, id: string): Promise<EvalSet | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.select(SET).from(evalSets).where(isSet(ctx, id)),
  ])
  return row && toSet(row)
}

/** @returns whether it was made: not when the name is taken, nor when there are `most` already */
export async function insertSet(
  ctx: StoreContext,
  { id, name, kbId }: NewEvalSet & { id: string },
  most: number,
): Promise<boolean> {
  const { tenantId } = ctx
  const seq = auditColumn(ctx, 'eval.set.create', aboutSet(id, { kb: kbId }))
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
with made as (
  insert into eval_sets (tenant_id, id, name, kb_id, created_at)
  select ${tenantId}, ${id}::uuid, ${name}, ${kbId}, ${ctx.now().toISOString()}::timestamptz
  where (select count(*) from eval_sets where tenant_id = ${tenantId}) < ${most}
  on conflict do nothing returning id
) select ${seq} as seq from made`),
  ])
  return rows.length > 0
}

/** `taken` when another set has the name: Postgres decides, also between two at once. */
export async function renameSet(
  ctx: StoreContext,
  id: string,
  name: string,
): Promise<'renamed' | 'missing' | 'taken'> {
  const seq = auditColumn(ctx, 'eval.set.change', aboutSet(id))
  try {
    const [rows] = await withTenant(ctx).batch((tx) => {
      const update = tx.update(evalSets).set({ name }).where(isSet(ctx, id))
      const changed = tx.$with('changed').as(update.returning({ id: evalSets.id }))
      return [tx.with(changed).select({ seq }).from(changed)]
    })
    return rows.length > 0 ? 'renamed' : 'missing'
  } catch (error) {
    if (isTaken(error)) return 'taken'
    throw error
  }
}

/** With its cases, runs and results. @returns whether there was such a set */
export async function deleteSet(ctx: StoreContext, id: string): Promise<boolean> {
  const seq = auditColumn(ctx, 'eval.set.delete', aboutSet(id))
  const [rows] = await withTenant(ctx).batch((tx) => {
    const remove = tx.delete(evalSets).where(isSet(ctx, id)).returning({ id: evalSets.id })
    const gone = tx.$with('gone').as(remove)
    return [tx.with(gone).select({ seq }).from(gone)]
  })
  return rows.length > 0
}

const CASE = {
  id: evalCases.id,
  key: evalCases.key,
  question: evalCases.question,
  judgements: evalCases.judgements,
  source: evalCases.source,
  createdAt: evalCases.createdAt,
}

type CaseRow = Omit<EvalCase, 'createdAt'> & { createdAt: Date }
const toCase = ({ id, key, question, judgements, source, createdAt }: CaseRow): EvalCase => {
  return { id, key, question, judgements, source, createdAt: createdAt.toISOString() }
}

const isCaseOf = ({ tenantId }: StoreContext, setId: string) =>
  and(eq(evalCases.tenantId, tenantId), eq(evalCases.setId, setId))

/** In the order of ids, from behind `cursor`. @param before Only those made until then */
export async function selectCases(
  ctx: StoreContext,
  setId: string,
  { limit, cursor, before }: PageQuery & { before?: Date },
): Promise<EvalCase[]> {
  const after = cursor === undefined ? undefined : gt(evalCases.id, cursor)
  const until = before && sql`${evalCases.createdAt} <= ${before.toISOString()}::timestamptz`
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select(CASE)
      .from(evalCases)
      .where(and(isCaseOf(ctx, setId), after, until))
      .orderBy(asc(evalCases.id))
      .limit(limit),
  ])
  return rows.map(toCase)
}

export async function findCase(
  ctx: StoreContext,
  setId: string,
  id: string,
): Promise<EvalCase | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select(CASE)
      .from(evalCases)
      .where(and(isCaseOf(ctx, setId), eq(evalCases.id, id))),
  ])
  return row && toCase(row)
}

/** @returns whether there was such a case */
export async function updateCase(
  ctx: StoreContext,
  setId: string,
  id: string,
  { question, judgements }: EvalCaseChange,
): Promise<boolean> {
  const seq = auditColumn(ctx, 'eval.case.change', aboutSet(setId, { case: id }))
  const set = {
    ...(question !== undefined && { question }),
    ...(judgements !== undefined && { judgements }),
  }
  const [rows] = await withTenant(ctx).batch((tx) => {
    const isIt = and(isCaseOf(ctx, setId), eq(evalCases.id, id))
    const update = tx.update(evalCases).set(set).where(isIt).returning({ id: evalCases.id })
    const changed = tx.$with('changed').as(update)
    return [tx.with(changed).select({ seq }).from(changed)]
  })
  return rows.length > 0
}

/** @returns whether there was such a case */
export async function deleteCase(ctx: StoreContext, setId: string, id: string): Promise<boolean> {
  const seq = auditColumn(ctx, 'eval.case.delete', aboutSet(setId, { case: id }))
  const [rows] = await withTenant(ctx).batch((tx) => {
    const isIt = and(isCaseOf(ctx, setId), eq(evalCases.id, id))
    const remove = tx.delete(evalCases).where(isIt).returning({ id: evalCases.id })
    const gone = tx.$with('gone').as(remove)
    return [tx.with(gone).select({ seq }).from(gone)]
  })
  return rows.length > 0
}

/** @returns keys that the set has a question for */
export async function selectKeys(
  ctx: StoreContext,
  setId: string,
  keys: readonly string[],
): Promise<Set<string>> {
  if (keys.length === 0) return new Set()
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ key: evalCases.key })
      .from(evalCases)
      .where(and(isCaseOf(ctx, setId), inArray(evalCases.key, [...keys]))),
  ])
  return new Set(rows.map(({ key }) => key))
}

export interface CaseDraft {
  id: string
  key: string
  /** Null keeps the one that is there. */
  question: string | null
  /** Null keeps those that are there. */
  judgements: readonly Judgement[] | null
  source: EvalCase['source']
}

/**
 * Makes or changes cases by key. A draft without a question changes a case or is nothing.
 *
 * @returns how many cases were made or changed; undefined when the set would have more than `most`
 */
export async function upsertCases(
  ctx: StoreContext,
  setId: string,
  drafts: readonly CaseDraft[],
  { most, event }: { most: number; event: 'eval.case.create' | 'eval.import' },
): Promise<number | undefined> {
  const { tenantId } = ctx
  const seq = auditColumn(ctx, event, aboutSet(setId, { cases: drafts.length }))
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ made: number; fits: boolean }>(sql`
with draft as (
  select d.*, coalesce(d.question, c.question) as asked, c.id is null as fresh
  from jsonb_to_recordset(${JSON.stringify(drafts)}::jsonb)
    as d(id uuid, key text, question text, judgements jsonb, source text)
  left join eval_cases c on c.tenant_id = ${tenantId} and c.set_id = ${setId}::uuid and c.key = d.key
), room as (
  select (select count(*) from eval_cases where tenant_id = ${tenantId} and set_id = ${setId}::uuid)
    + (select count(*) from draft where fresh and asked is not null) <= ${most} as fits
), made as (
  insert into eval_cases (tenant_id, set_id, id, key, question, judgements, source, created_at)
  select ${tenantId}, ${setId}::uuid, id, key, asked,
    case when jsonb_typeof(judgements) = 'array' then judgements else '[]' end, source,
    ${ctx.now().toISOString()}::timestamptz
  from draft where asked is not null and (select fits from room)
  on conflict (tenant_id, set_id, key) do update set question = excluded.question,
    judgements = case when exists (
      select from draft d where d.key = eval_cases.key and jsonb_typeof(d.judgements) = 'array')
      then excluded.judgements else eval_cases.judgements end
  returning id
), told as (select ${seq} as seq where exists (select from made))
select (select count(*)::int from made) as made, (select fits from room) as fits, (select seq from told) as seq`),
  ])
  const [row] = rows
  return row?.fits === true ? row.made : undefined
}
