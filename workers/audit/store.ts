/** SQL for the audit log, beside what service.ts puts into the batches of others. */
import { and, asc, desc, eq, gt, gte, like, lt, lte, or, type SQL, sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { callAcrossTenants, type DatabaseEnv, type Tx, withTenant } from '../../shared/database.ts'
import { canonical } from './canonical.ts'
import { type ChainRow, GENESIS, type Link } from './chain.ts'
import type { AuditFilter, AuditMessage, AuditQuery } from './schemas.ts'
import { auditChecks, auditHead, auditLog, auditTombstones } from './tables.ts'
import type { Progress } from './verify.ts'

export type StoreContext = WithEnv<DatabaseEnv>

/**
 * Appends entries of the context's tenant, in their order, in one statement; what is there already
 * is passed over.
 */
export async function appendEntries(
  ctx: StoreContext,
  messages: readonly AuditMessage[],
): Promise<void> {
  const entries = messages.map(({ at, entry }) => ({ at, body: canonical(entry) }))
  await withTenant(ctx).batch((tx) => [
    tx.execute(sql`select audit_append_all(${ctx.tenantId}, ${JSON.stringify(entries)}::json)`),
  ])
}

/** Newest first. */
export async function selectEntries(
  ctx: StoreContext,
  { limit, cursor, ...filter }: AuditQuery,
): Promise<ChainRow[]> {
  const before = cursor === undefined ? undefined : lt(auditLog.seq, cursor)
  const [rows] = await withTenant(ctx).batch((tx) => [
    selectRows(tx)
      .where(and(matches(ctx, filter), before))
      .orderBy(desc(auditLog.seq))
      .limit(limit),
  ])
  return rows.map(toRow)
}

export interface Range {
  after: number
  through: number
  limit: number
}

/** Oldest first. */
export async function selectRange(
  ctx: StoreContext,
  filter: AuditFilter,
  { after, through, limit }: Range,
): Promise<ChainRow[]> {
  const range = and(gt(auditLog.seq, after), lte(auditLog.seq, through))
  const [rows] = await withTenant(ctx).batch((tx) => [
    selectRows(tx)
      .where(and(matches(ctx, filter), range))
      .orderBy(asc(auditLog.seq))
      .limit(limit),
  ])
  return rows.map(toRow)
}

/** Writes an entry now. @returns its number */
export async function appendNow(ctx: StoreContext, entry: SQL<number>): Promise<number> {
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<{ seq: string }>(sql`select ${entry} as seq`),
  ])
  return Number(rows[0]?.seq)
}

/**
 * Rows of the chain with its head and what was erased. In one statement, which sees one state of the
 * log: a head read apart might know of rows that came between.
 */
export async function selectChain(
  ctx: StoreContext,
  { after, limit }: { after: number; limit: number },
): Promise<{ rows: ChainRow[]; head: Link; tombstones: Link[] }> {
  const isOwn = eq(auditHead.tenantId, ctx.tenantId)
  const isNext = and(eq(auditLog.tenantId, auditHead.tenantId), gt(auditLog.seq, after))
  const [found, tombstones] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ row: ROW, head: { seq: auditHead.seq, hash: auditHead.hash } })
      .from(auditHead)
      .leftJoin(auditLog, isNext)
      .where(isOwn)
      .orderBy(asc(auditLog.seq))
      .limit(limit),
    tx
      .select({ seq: auditTombstones.lastSeq, hash: auditTombstones.hash })
      .from(auditTombstones)
      .where(eq(auditTombstones.tenantId, ctx.tenantId))
      .orderBy(asc(auditTombstones.lastSeq)),
  ])
  const rows = found.flatMap(({ row }) => (row ? [toRow(row)] : []))
  return { rows, head: found[0]?.head ?? GENESIS, tombstones }
}

/** Chains that want a checkpoint, of all tenants. */
export async function dueCheckpoints(
  ctx: StoreContext,
  most: number,
): Promise<(Link & { tenantId: string })[]> {
  const call = sql`select * from audit_due_checkpoints(${most})`
  const rows = await callAcrossTenants<{ tenant_id: string; seq: string; hash: string }>(
    ctx.env,
    call,
  )
  return rows.map(({ tenant_id: tenantId, seq, hash }) => ({ tenantId, seq: Number(seq), hash }))
}

/** Tenants whose log is to be verified: those begun first, then those not looked at for a day. */
export async function dueChecks(ctx: StoreContext, most: number): Promise<string[]> {
  const call = sql`select * from audit_due_checks(${ctx.now().toISOString()}::timestamptz, ${most})`
  const rows = await callAcrossTenants<{ tenant_id: string }>(ctx.env, call)
  return rows.map(({ tenant_id: tenantId }) => tenantId)
}

export async function findProgress(ctx: StoreContext): Promise<Progress | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ progress: auditChecks.progress })
      .from(auditChecks)
      .where(eq(auditChecks.tenantId, ctx.tenantId)),
  ])
  return row?.progress ?? undefined
}

/** Where a verification stands, or how it ended. */
export async function saveCheck(
  ctx: StoreContext,
  check: { progress: Progress } | { progress: null; verifiedAt: Date; fault: string | null },
): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx
      .insert(auditChecks)
      .values({ tenantId: ctx.tenantId, ...check })
      .onConflictDoUpdate({ target: auditChecks.tenantId, set: check }),
  ])
}

export async function markCheckpoint(ctx: StoreContext, seq: number): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx.execute(sql`select audit_checkpointed(${ctx.tenantId}, ${seq})`),
  ])
}

const ROW = {
  seq: auditLog.seq,
  at: auditLog.at,
  body: auditLog.body,
  prev: auditLog.prev,
  hash: auditLog.hash,
}

const selectRows = (tx: Tx) => tx.select(ROW).from(auditLog)

function toRow({ at, ...row }: Omit<ChainRow, 'at'> & { at: Date }): ChainRow {
  return { ...row, at: at.toISOString() }
}

function matches({ tenantId }: StoreContext, filter: AuditFilter): SQL | undefined {
  const { event, actor, outcome, resource, from, to } = filter
  return and(
    eq(auditLog.tenantId, tenantId),
    event === undefined ? undefined : startsWith(auditLog.event, event),
    actor === undefined ? undefined : eq(auditLog.actor, actor),
    outcome === undefined ? undefined : eq(auditLog.outcome, outcome),
    resource === undefined
      ? undefined
      : or(eq(auditLog.resource, resource), startsWith(auditLog.resource, `${resource}:`)),
    from === undefined ? undefined : gte(auditLog.at, new Date(from)),
    to === undefined ? undefined : lt(auditLog.at, new Date(to)),
  )
}

/** What a pattern means something by is taken as it is. */
const startsWith = (column: typeof auditLog.event | typeof auditLog.resource, text: string) =>
  like(column, `${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`)
