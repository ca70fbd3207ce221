/**
 * The snapshot that evaluation reads: through the cache, and when the database is down from what the
 * isolate knows, for a day.
 */
import { z } from '@hono/zod-openapi'
import { type CacheContext, createCache } from '../../shared/cache.ts'
import type { SnapshotPayload } from './compile.ts'
import { admitSnapshot } from './engine/admission.ts'
import type { Snapshot } from './engine/snapshot.ts'
import { findSnapshot, type SnapshotRecord, type StoreContext } from './snapshot-store.ts'

export type SnapshotContext = StoreContext & CacheContext

const Record = z.object({ version: z.number(), sha256: z.string(), payload: z.string() })

/** `null` is an environment known not to exist: asking for it again and again costs nothing either. */
const known = createCache<SnapshotRecord | null>({
  namespace: 'flags',
  freshMs: 2000,
  staleMs: 24 * 60 * 60 * 1000,
  maxEntries: 64,
  parse: (text) => Record.nullable().safeParse(JSON.parse(text)).data,
})

/** @returns null when the tenant has no such environment */
export function currentSnapshot(
  ctx: SnapshotContext,
  environment: string,
): Promise<SnapshotRecord | null> {
  return known.get(ctx, environment, async () => {
    const found = await findSnapshot(ctx, environment)
    if (found) await check(found, environment)
    return found ?? null
  })
}

/** Call it after a snapshot of the environment was published. Never throws. */
export const forgetSnapshot = (ctx: SnapshotContext, environment: string): Promise<void> =>
  known.drop(ctx, environment)

/** A snapshot that is damaged never takes the place of a good one. */
async function check({ sha256, payload, version }: SnapshotRecord, environment: string) {
  if ((await digest(payload)) === sha256) return
  throw new Error(`Snapshot ${version} of ${environment} is not what was published.`)
}

/** SHA-256 of the text's UTF-8, in hexadecimal. */
export async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export interface ReadySnapshot {
  readonly payload: SnapshotPayload
  readonly compiled: Snapshot
}

/** A snapshot in memory is parsed and compiled once, and its functions go when it goes. */
const ready = new WeakMap<SnapshotRecord, ReadySnapshot>()

/** @throws LimitError, SnapshotError for a payload that lint would have refused */
export function readySnapshot(record: SnapshotRecord): ReadySnapshot {
  const before = ready.get(record)
  if (before) return before
  const payload = parsePayload(record.payload)
  const made = { payload, compiled: admitSnapshot(payload) }
  ready.set(record, made)
  return made
}

/** Safe: snapshots are immutable, their hash was checked, and only compile.ts and the seed write them. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
const parsePayload = (text: string) => JSON.parse(text) as SnapshotPayload
