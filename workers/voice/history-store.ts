/** SQL for voice sessions that are remembered. Every statement names its tenant. */
import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  isNotNull,
  isNull,
  lt,
  type SQL,
  sql,
} from 'drizzle-orm'
import type { Actor, WithEnv } from '../../shared/context.ts'
import { callAcrossTenants, type DatabaseEnv, withTenant } from '../../shared/database.ts'
import { auditColumn, auditEntry } from '../audit/service.ts'
import type { VoiceHistoryQuery, VoiceSettings } from './history-schemas.ts'
import { LIMITS } from './limits.ts'
import { voiceItems, voiceSessions, voiceSettings } from './tables.ts'

export type HistoryContext = WithEnv<DatabaseEnv>

/** An object that was killed never says that its session ended: no session lasts this long. */
export const LIVE_MS = LIMITS.sessionMs + 5 * 60_000

export type SessionRow = Omit<typeof voiceSessions.$inferSelect, 'tenantId'>
export type ItemRow = Omit<typeof voiceItems.$inferSelect, 'tenantId' | 'sessionId'>

/**
 * Writes what a session's object knows: itself as it is now, and lines that are not there yet. May be
 * repeated.
 *
 * @throws Error `isOrphan` when the tenant or the user is gone
 */
export async function writeSession(
  ctx: HistoryContext,
  session: SessionRow,
  items: readonly ItemRow[],
): Promise<void> {
  const { tenantId } = ctx
  const { endedAt, endReason, turns, recordedUntil } = session
  const changed = { endedAt, endReason, turns, recordedUntil }
  await withTenant(ctx).batch((tx) => {
    const upsert = tx
      .insert(voiceSessions)
      .values({ tenantId, ...session })
      .onConflictDoUpdate({ target: [voiceSessions.tenantId, voiceSessions.id], set: changed })
    if (items.length === 0) return [upsert] as const
    const rows = items.map((item) => ({ tenantId, sessionId: session.id, ...item }))
    return [upsert, tx.insert(voiceItems).values(rows).onConflictDoNothing()] as const
  })
}

interface Owner {
  userId: string | null
  keyId: string | null
}

/** Whose sessions are meant: everybody's, or one caller's. */
export type Scope = 'all' | Owner

export function ownerOf(actor: Actor): Owner {
  const keyId = actor.type === 'key' ? actor.keyId : null
  return { userId: actor.type === 'user' ? actor.userId : null, keyId }
}

/** Newest first: ids are in the order of time. @param isClear Whether texts are searched unmasked */
export async function selectVoiceSessions(
  ctx: HistoryContext,
  scope: Scope,
  { cursor, limit, state, recorded, q }: VoiceHistoryQuery,
  isClear: boolean,
): Promise<SessionRow[]> {
  const filters = [
    isOf(ctx, scope),
    cursor === undefined ? undefined : lt(voiceSessions.id, cursor),
    state === 'live'
      ? isLive(ctx)
      : state === 'ended'
        ? isNotNull(voiceSessions.endedAt)
        : undefined,
    recorded === 'true' ? isRecorded(ctx) : undefined,
    q === undefined ? undefined : says(q, isClear),
  ]
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select(COLUMNS)
      .from(voiceSessions)
      .where(and(...filters))
      .orderBy(desc(voiceSessions.id))
      .limit(limit),
  ])
  return rows
}

export async function findVoiceSession(
  ctx: HistoryContext,
  scope: Scope,
  id: string,
): Promise<{ session: SessionRow; items: ItemRow[] } | undefined> {
  const { tenantId } = ctx
  const isIts = and(eq(voiceItems.tenantId, tenantId), eq(voiceItems.sessionId, id))
  const [[session], items] = await withTenant(ctx).batch((tx) => [
    tx
      .select(COLUMNS)
      .from(voiceSessions)
      .where(and(isOf(ctx, scope), eq(voiceSessions.id, id))),
    tx.select(ITEM_COLUMNS).from(voiceItems).where(isIts).orderBy(asc(voiceItems.seq)),
  ])
  return session && { session, items }
}

/** @returns whether there was such a session */
export async function deleteVoiceSession(ctx: HistoryContext, id: string): Promise<boolean> {
  const seq = auditColumn(ctx, 'conversation.delete', { resource: { type: 'voice_session', id } })
  const isIt = and(eq(voiceSessions.tenantId, ctx.tenantId), eq(voiceSessions.id, id))
  const [rows] = await withTenant(ctx).batch((tx) => {
    const gone = tx
      .$with('gone')
      .as(tx.delete(voiceSessions).where(isIt).returning({ id: voiceSessions.id }))
    return [tx.with(gone).select({ seq }).from(gone)]
  })
  return rows.length > 0
}

/** Undefined where the tenant never said anything: then nothing is recorded. */
export async function findVoiceSettings(ctx: HistoryContext): Promise<VoiceSettings | undefined> {
  const { mayRecord, recordingDays } = voiceSettings
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ may_record: mayRecord, recording_days: recordingDays })
      .from(voiceSettings)
      .where(eq(voiceSettings.tenantId, ctx.tenantId)),
  ])
  return row
}

export async function putVoiceSettings(
  ctx: HistoryContext,
  { may_record: mayRecord, recording_days: recordingDays }: VoiceSettings,
): Promise<void> {
  const set = { mayRecord, recordingDays, updatedAt: ctx.now() }
  const facts = { mayRecord, recordingDays }
  const resource = { type: 'voice_settings', id: ctx.tenantId }
  await withTenant(ctx).batch((tx) => [
    tx
      .insert(voiceSettings)
      .values({ tenantId: ctx.tenantId, ...set })
      .onConflictDoUpdate({ target: voiceSettings.tenantId, set }),
    tx.execute(auditEntry(ctx, 'config.change', { resource, facts })),
  ])
}

/** Sessions of users who are gone, and those older than `before`; of all tenants. */
export const selectDueErasures = (env: DatabaseEnv, before: Date, most: number) =>
  callAcrossTenants<{ tenant_id: string; id: string }>(
    env,
    sql`select tenant_id, id from voice_due_erasures(${before.toISOString()}::timestamptz, ${most})`,
  )

const { tenantId: _tenant, ...COLUMNS } = getTableColumns(voiceSessions)
const {
  tenantId: _itsTenant,
  sessionId: _itsSession,
  ...ITEM_COLUMNS
} = getTableColumns(voiceItems)

function isOf({ tenantId }: HistoryContext, scope: Scope): SQL | undefined {
  const isTenants = eq(voiceSessions.tenantId, tenantId)
  if (scope === 'all') return isTenants
  const { userId, keyId } = scope
  const isOwners =
    userId === null ? eq(voiceSessions.keyId, keyId ?? '') : eq(voiceSessions.userId, userId)
  return and(isTenants, isOwners)
}

const isLive = (ctx: HistoryContext) => {
  const since = new Date(ctx.now().getTime() - LIVE_MS).toISOString()
  return and(isNull(voiceSessions.endedAt), sql`${voiceSessions.startedAt} > ${since}::timestamptz`)
}

const isRecorded = (ctx: HistoryContext) =>
  sql`${voiceSessions.recordedUntil} > ${ctx.now().toISOString()}::timestamptz`

function says(text: string, isClear: boolean): SQL {
  const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
  const column = isClear ? sql`i.text` : sql`i.masked`
  return sql`exists (select from voice_items i where i.tenant_id = voice_sessions.tenant_id
    and i.session_id = voice_sessions.id and ${column} ilike ${pattern})`
}
