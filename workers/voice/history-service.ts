/**
 * Voice sessions after, and while, they run: listed, read, heard, erased. Callers see their own;
 * supervisors see all, without what tells who somebody is; who may hear recordings sees everything.
 */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { may } from '../../shared/guards.ts'
import { type AuditContext, recordAudit } from '../audit/service.ts'
import {
  NOTHING_RECORDED,
  type VoiceHistoryQuery,
  type VoiceSession,
  type VoiceSessionPage,
  type VoiceSettings,
  type VoiceTranscript,
} from './history-schemas.ts'
import * as store from './history-store.ts'
import { currentLines } from './ledger.ts'
import { eraseRecording, readManifest, readWav, type RecordingContext } from './recording-client.ts'
import { HEADER_BYTES, rangeOf, soundBytesOf } from './recording-file.ts'

interface ObjectsEnv {
  readonly VOICE_SESSIONS: { getByName: (name: string) => { forget: () => unknown } }
}

export type HistoryContext = store.HistoryContext &
  AuditContext &
  RecordingContext &
  WithEnv<ObjectsEnv>

export async function getVoiceSettings(ctx: HistoryContext): Promise<VoiceSettings> {
  return (await store.findVoiceSettings(ctx)) ?? NOTHING_RECORDED
}

export async function setVoiceSettings(
  ctx: HistoryContext,
  settings: VoiceSettings,
): Promise<VoiceSettings> {
  await store.putVoiceSettings(ctx, settings)
  return settings
}

export async function listVoiceSessions(
  ctx: HistoryContext,
  query: VoiceHistoryQuery,
): Promise<VoiceSessionPage> {
  const wanted = { ...query, limit: query.limit + 1 }
  const rows = await store.selectVoiceSessions(ctx, scopeOf(ctx), wanted, seesAll(ctx))
  const items = rows.slice(0, query.limit).map((row) => toSession(ctx, row))
  return { items, next_cursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null }
}

/** @throws ProblemError not_found */
export async function getVoiceTranscript(
  ctx: HistoryContext,
  id: string,
): Promise<VoiceTranscript> {
  const { session, items } = await find(ctx, id)
  const isClear = seesAll(ctx) || isOwn(ctx, session)
  const lines = currentLines(items).map((row) => ({
    item_id: row.itemId,
    role: row.role,
    text: isClear ? row.text : row.masked,
    heard_until_ms: row.heardUntilMs,
    was_cut: row.isCut,
    from_ms: row.fromMs,
  }))
  const told = isSupervisor(ctx) ? lines : lines.filter(({ role }) => role !== 'whisper')
  return { session: toSession(ctx, session), is_masked: !isClear, lines: told }
}

/**
 * The recording, or a range of it, as a WAV file. Who hears it is in the audit log.
 *
 * @param range The request's own header, if it has one
 * @throws ProblemError not_found where there is none (any more)
 */
export async function playRecording(
  ctx: HistoryContext,
  id: string,
  range: string | undefined,
): Promise<Response> {
  await find(ctx, id)
  const manifest = await readManifest(ctx, id)
  if (!manifest) throw new ProblemError('not_found', 'This session has no recording.')
  const size = HEADER_BYTES + soundBytesOf(manifest)
  const wanted = rangeOf(range, size)
  if (wanted === 'unsatisfiable') {
    return new Response(null, { status: 416, headers: { 'content-range': `bytes */${size}` } })
  }
  const { first, last } = wanted ?? { first: 0, last: size - 1 }
  const resource = { type: 'voice_session', id }
  recordAudit(ctx, 'recording.play', { resource, facts: { first, last } })
  const headers = new Headers({
    'content-type': 'audio/wav',
    'content-length': String(last - first + 1),
    'accept-ranges': 'bytes',
    'content-disposition': `inline; filename="session-${id}.wav"`,
    'cache-control': 'no-store',
  })
  if (wanted) headers.set('content-range', `bytes ${first}-${last}/${size}`)
  const status = wanted ? 206 : 200
  return new Response(readWav(ctx, manifest, { first, last }), { status, headers })
}

/**
 * Erases all that is kept of a session that has ended.
 *
 * @throws ProblemError not_found; conflict while it runs
 */
export async function eraseVoiceSession(ctx: HistoryContext, id: string): Promise<void> {
  const { session } = await find(ctx, id)
  if (toSession(ctx, session).state === 'live') {
    throw new ProblemError('conflict', 'The session is still running; hang it up first.')
  }
  await eraseRemains(ctx, id)
}

/** Sound first, the row last: while there is a row, the session is known to be unfinished. */
export async function eraseRemains(ctx: HistoryContext, id: string): Promise<void> {
  await ctx.env.VOICE_SESSIONS.getByName(`${ctx.tenantId}:${id}`).forget()
  await eraseRecording(ctx, id)
  await store.deleteVoiceSession(ctx, id)
}

async function find(ctx: HistoryContext, id: string) {
  const found = await store.findVoiceSession(ctx, scopeOf(ctx), id)
  if (!found) throw new ProblemError('not_found', 'You have no such voice session.')
  return found
}

const seesAll = ({ actor }: HistoryContext) => may(actor, 'voice.recording')
const isSupervisor = (ctx: HistoryContext) => may(ctx.actor, 'voice.supervise')

function scopeOf(ctx: HistoryContext): store.Scope {
  return seesAll(ctx) || isSupervisor(ctx) ? 'all' : store.ownerOf(ctx.actor)
}

function isOwn({ actor }: HistoryContext, { userId, keyId }: store.SessionRow): boolean {
  const own = store.ownerOf(actor)
  return own.userId === null ? own.keyId !== null && own.keyId === keyId : own.userId === userId
}

/** A session whose object was killed never says that it ended. */
function toSession(ctx: HistoryContext, row: store.SessionRow): VoiceSession {
  const { startedAt, endedAt, recordedUntil } = row
  const isLive = endedAt === null && ctx.now().getTime() - startedAt.getTime() < store.LIVE_MS
  const isKept = recordedUntil !== null && recordedUntil > ctx.now()
  return {
    id: row.id,
    user_id: row.userId,
    api_key_id: row.keyId,
    model: row.model,
    state: isLive ? 'live' : 'ended',
    started_at: startedAt.toISOString(),
    ended_at: endedAt?.toISOString() ?? null,
    end_reason: row.endReason,
    turns: row.turns,
    recorded_until: isKept ? recordedUntil.toISOString() : null,
  }
}
