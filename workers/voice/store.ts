/**
 * A session in its Durable Object's SQLite, through the synchronous key-value interface: one entry
 * for the session, one per item. Written before anything is acknowledged: the object's output gate
 * holds messages back until writes are safe.
 */
import type { Item } from './items.ts'
import type { Session, SessionEvent } from './session.ts'

/** Events that come by the dozen; the event that ends them is saved. */
export const UNSAVED = new Set<SessionEvent['type']>([
  'answer_delta',
  'audio',
  'relayed',
  'supervisor_audio',
])

/** `step` never changes an item in place, so identity says which are to be written. */
type Entry = Omit<Session, 'items' | 'draft'> & { itemIds: readonly string[] }

type Storage = Pick<SyncKvStorage, 'get' | 'put' | 'delete'>
type Listing = Pick<SyncKvStorage, 'list' | 'delete'>

/** Fields that a session written by an earlier version does not have. */
const LATER = {
  graceMs: 0,
  awaySince: null,
  dials: 1,
  replies: 0,
  asides: [],
  resumeToken: null,
  spent: 0,
  maxSpent: Number.POSITIVE_INFINITY,
  goodbye: 'none' as const,
  pause: null,
  closing: null,
  promptAt: null,
  prompts: 0,
  isTakenOver: false,
  whispers: [],
  holdsPlayback: false,
  overlap: null,
  speculates: false,
  keys: null,
  pauses: 0,
  drafts: 0,
}

const itemKey = (itemId: string) => `item:${itemId}`

export function loadSession(kv: Storage): Session | undefined {
  const entry = kv.get<Entry>('session')
  if (!entry) return undefined
  const { itemIds, ...rest } = entry
  return {
    ...LATER,
    ...rest,
    draft: null,
    items: itemIds.flatMap((itemId) => kv.get<Item>(itemKey(itemId)) ?? []),
  }
}

/** @param saved The session as it was last saved; what has not changed since is not written. */
export function saveSession(kv: Storage, session: Session, saved: Session | undefined): void {
  // The work on a draft is gone with the object.
  const { items, draft: _, ...rest } = session
  const known = new Set(saved?.items)
  const itemIds = items.map(({ id }) => id)
  const kept = new Set(itemIds)
  for (const item of items) if (!known.has(item)) kv.put(itemKey(item.id), item)
  for (const { id } of known) if (!kept.has(id)) kv.delete(itemKey(id))
  kv.put<Entry>('session', { ...rest, itemIds })
}

/** Deletes the conversation, and nothing else of the object's. */
export function forgetSession(kv: Listing): void {
  for (const [key] of Array.from(kv.list({ prefix: itemKey('') }))) kv.delete(key)
  kv.delete('session')
}
