/** SQL for versions of flags and drafts of versions. */
import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { auditColumn } from '../audit/service.ts'
import type { Draft, HistoryQuery, Revision } from './history-schemas.ts'
import { DraftState } from './history-schemas.ts'
import { type AudienceChange, FlagDocument } from './model-schemas.ts'
import type { StoreContext } from './snapshot-store.ts'
import { featureFlagRevisions, flagApprovals, flagDrafts } from './tables.ts'

/** Newest first, older than `cursor`. */
export async function selectRevisions(
  ctx: StoreContext,
  name: string,
  { limit, cursor }: HistoryQuery,
): Promise<Revision[]> {
  const { tenantId, name: of, version } = featureFlagRevisions
  const older = cursor === undefined ? undefined : lt(version, cursor)
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select()
      .from(featureFlagRevisions)
      .where(and(eq(tenantId, ctx.tenantId), eq(of, name), older))
      .orderBy(desc(version))
      .limit(limit),
  ])
  return rows.map(toRevision)
}

export async function findRevision(
  ctx: StoreContext,
  name: string,
  version: number,
): Promise<Revision | undefined> {
  const isIt = and(
    eq(featureFlagRevisions.tenantId, ctx.tenantId),
    eq(featureFlagRevisions.name, name),
    eq(featureFlagRevisions.version, version),
  )
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.select().from(featureFlagRevisions).where(isIt),
  ])
  return row && toRevision(row)
}

function toRevision(row: typeof featureFlagRevisions.$inferSelect): Revision {
  const { version, actor, comment } = row
  const document = row.document && FlagDocument.parse(row.document)
  return { version, document, actor, comment, createdAt: row.createdAt.toISOString() }
}

export const DRAFT = {
  id: flagDrafts.id,
  flag: flagDrafts.flag,
  baseVersion: flagDrafts.baseVersion,
  document: flagDrafts.document,
  comment: flagDrafts.comment,
  author: flagDrafts.author,
  // By their own names: drizzle leaves the table out where there is one only, and users have a tenant too.
  authorName: sql<string | null>`(select coalesce(nullif(u.name, ''), u.email) from users u
    where u.tenant_id = flag_drafts.tenant_id and u.id = flag_drafts.author)`,
  state: flagDrafts.state,
  createdAt: flagDrafts.createdAt,
  updatedAt: flagDrafts.updatedAt,
  approvers: sql<string[]>`array(select a.approver from flag_approvals a
    where a.tenant_id = ${flagDrafts.tenantId} and a.draft_id = ${flagDrafts.id} order by 1)`,
}

/** Newest first. */
export async function selectDrafts(
  ctx: StoreContext,
  flag: string,
  most: number,
): Promise<Draft[]> {
  const isOf = and(eq(flagDrafts.tenantId, ctx.tenantId), eq(flagDrafts.flag, flag))
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx.select(DRAFT).from(flagDrafts).where(isOf).orderBy(desc(flagDrafts.createdAt)).limit(most),
  ])
  return rows.map(toDraft)
}

/** Of any of these flags. */
export async function selectOpenDrafts(
  ctx: StoreContext,
  flags: readonly string[],
): Promise<Draft[]> {
  const isOpen = and(
    eq(flagDrafts.tenantId, ctx.tenantId),
    inArray(flagDrafts.flag, [...flags]),
    eq(flagDrafts.state, 'open'),
  )
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx.select(DRAFT).from(flagDrafts).where(isOpen),
  ])
  return rows.map(toDraft)
}

export async function findDraft(
  ctx: StoreContext,
  flag: string,
  id: string,
): Promise<Draft | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select(DRAFT)
      .from(flagDrafts)
      .where(and(isDraft(ctx, id), eq(flagDrafts.flag, flag))),
  ])
  return row && toDraft(row)
}

type StoredDraft = Pick<Draft, 'id' | 'flag' | 'baseVersion' | 'document' | 'comment' | 'author'>

export const insertDraft = (ctx: StoreContext, draft: StoredDraft): Promise<void> =>
  insertDraftRow(ctx, draft)

/** A draft of a flag; or, with a change and of no flag, of what flags are aimed with. */
export async function insertDraftRow(
  ctx: StoreContext,
  draft: Omit<StoredDraft, 'document'> & { document: object; change?: AudienceChange },
): Promise<void> {
  const [createdAt, updatedAt] = [ctx.now(), ctx.now()]
  const row = { ...draft, tenantId: ctx.tenantId, state: 'open', createdAt, updatedAt }
  const seq = auditColumn(ctx, 'flag.draft.create', about(draft))
  await withTenant(ctx).batch((tx) => {
    const made = tx.$with('made').as(tx.insert(flagDrafts).values(row).returning())
    return [tx.with(made).select({ seq }).from(made)]
  })
}

/** Approves a draft that is open and somebody else's; once, however often it is asked for. */
export async function insertApproval(
  ctx: StoreContext,
  draft: Pick<Draft, 'id' | 'flag'>,
  approver: string,
): Promise<void> {
  const seq = auditColumn(ctx, 'flag.draft.approve', about(draft))
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
      with added as (
        insert into ${flagApprovals} (tenant_id, draft_id, approver, created_at)
        select d.tenant_id, d.id, ${approver}, ${at} from flag_drafts d
        where d.tenant_id = ${ctx.tenantId} and d.id = ${draft.id}::uuid and d.state = 'open'
          and d.author <> ${approver}
        on conflict do nothing returning approver
      ) select ${seq} from added`),
  ])
}

/** @returns whether it was open */
export async function discardDraft(
  ctx: StoreContext,
  draft: Pick<Draft, 'id' | 'flag'>,
): Promise<boolean> {
  const seq = auditColumn(ctx, 'flag.draft.discard', about(draft))
  const isOpen = and(isDraft(ctx, draft.id), eq(flagDrafts.state, 'open'))
  const [rows] = await withTenant(ctx).batch((tx) => {
    const set = { state: 'discarded', updatedAt: ctx.now() }
    const gone = tx.$with('gone').as(tx.update(flagDrafts).set(set).where(isOpen).returning())
    return [tx.with(gone).select({ seq }).from(gone)]
  })
  return rows.length > 0
}

const about = ({ id, flag }: Pick<Draft, 'id' | 'flag'>) => {
  const resource = flag === '' ? { type: 'proposal', id } : { type: 'flag', id: flag }
  return { resource, facts: { draft: id } }
}

const isDraft = ({ tenantId }: StoreContext, id: string) =>
  and(eq(flagDrafts.tenantId, tenantId), eq(flagDrafts.id, id))

type Row = Omit<Draft, 'createdAt' | 'updatedAt' | 'state' | 'document'> & {
  document: unknown
  state: string
  createdAt: Date
  updatedAt: Date
}

function toDraft(row: Row): Draft {
  const { id, flag, baseVersion, comment, author, authorName, approvers } = row
  const [createdAt, updatedAt] = [row.createdAt.toISOString(), row.updatedAt.toISOString()]
  const state = DraftState.parse(row.state)
  const document = FlagDocument.parse(row.document)
  return {
    id,
    flag,
    baseVersion,
    document,
    comment,
    author,
    authorName,
    state,
    approvers,
    createdAt,
    updatedAt,
  }
}
