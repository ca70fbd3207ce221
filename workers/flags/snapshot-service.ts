/**
 * The snapshot that evaluations are made with. Read from memory for two seconds, then from the data
 * centre's cache, Upstash, the environment's hub and at last Postgres; one read at a time. While none of them has one that can
 * be evaluated, the last good one is used for a day, and says so.
 */
import { type CacheContext, createCache } from '../../shared/cache.ts'
import { sha256Hex } from '../../shared/digest.ts'
import { type Counter, counterOf } from './count-service.ts'
import { isRecord } from './engine/values.ts'
import { type HubContext, hubOf, type Place } from './hub-client.ts'
import { compilePublished, type Published, type StoredSnapshot } from './published.ts'
import { deleteFromOutbox, findSnapshot, type StoreContext } from './snapshot-store.ts'

export type SnapshotContext = StoreContext & CacheContext & HubContext

export interface Reading extends Published {
  /** 0 for an environment that there is not: it has no flags. */
  readonly version: number
  /** Nothing newer could be read. */
  readonly isStale: boolean
  readonly counter: Counter
}

const NOTHING: StoredSnapshot = {
  version: 0,
  sha256: '',
  payload: '{"features":{},"flags":{},"savedGroups":{}}',
}

/** Environments whose snapshots an isolate keeps. */
const MOST = 64

const known = createCache<StoredSnapshot>({
  namespace: 'flags',
  freshMs: 2000,
  coloSeconds: 2,
  staleMs: 24 * 60 * 60 * 1000,
  maxEntries: MOST,
  parse: parseStored,
})

/** By hash: the same snapshot read again needs no compiling. */
const compiled = new Map<string, Published>()

/** A snapshot is read once, and then found by itself. */
const readings = new WeakMap<StoredSnapshot, Reading>()

function readingOf(tenantId: string, environment: string, stored: StoredSnapshot): Reading {
  const read = readings.get(stored)
  if (read) return read
  const published = publishedOf(stored)
  const counter = counterOf({ tenantId, environment }, [...published.flags.keys()])
  const reading = { ...published, version: stored.version, isStale: false, counter }
  readings.set(stored, reading)
  return reading
}

/** @throws ProblemError dependency_down when there is no snapshot, old or new, to be had */
export async function readSnapshot(ctx: SnapshotContext, environment: string): Promise<Reading> {
  let isMissed = false
  const stored = await known.get(ctx, environment, () =>
    load(ctx, environment).catch((error: unknown) => {
      isMissed = true
      throw error
    }),
  )
  const reading = readingOf(ctx.tenantId, environment, stored)
  if (!isMissed || reading.isStale) return reading
  const stale = { ...reading, isStale: true }
  readings.set(stored, stale)
  return stale
}

/** Milliseconds a snapshot is used while a newer one is looked for. */
const LAZY_MS = 300_000

/**
 * As `readSnapshot`, but without waiting for what may be newer.
 *
 * @throws ProblemError dependency_down when there is no snapshot, old or new, to be had
 */
export async function readKnown(ctx: SnapshotContext, environment: string): Promise<Reading> {
  const stored = await known.get(ctx, environment, () => load(ctx, environment), LAZY_MS)
  return readingOf(ctx.tenantId, environment, stored)
}

/**
 * As `readSnapshot`, but no older than a version that was announced.
 *
 * @param version Of an announcement; one that nobody made costs a look at the hub
 */
export async function readSince(
  ctx: SnapshotContext,
  environment: string,
  version: number,
): Promise<Reading> {
  const reading = await readSnapshot(ctx, environment)
  if (reading.version >= version) return reading
  const stored = await load(ctx, environment).catch(() => undefined)
  if (!stored || stored.version <= reading.version) return reading
  known.put(ctx, environment, stored)
  return readingOf(ctx.tenantId, environment, stored)
}

/**
 * Tells whoever listens of a new snapshot, and forgets the older ones; call it after the write. Never
 * throws: what fails here the minute's schedule makes good, from the outbox.
 */
export async function announceSnapshot(
  ctx: SnapshotContext,
  environment: string,
  version: number,
): Promise<void> {
  const place = { tenantId: ctx.tenantId, environment }
  const told = hubOf(ctx.env, place).publish(place, version)
  await Promise.all([
    known.drop(ctx, environment),
    told.catch((error: unknown) => ctx.log.warn('flag hub was not told', { environment, error })),
  ])
}

/** The hub keeps what it read, so it answers when the database does not; and the other way round. */
async function load(ctx: SnapshotContext, environment: string): Promise<StoredSnapshot> {
  const place: Place = { tenantId: ctx.tenantId, environment }
  const held = await hubOf(ctx.env, place)
    .current(place)
    .catch((error: unknown) => {
      ctx.log.warn('flag hub did not answer', { environment, error })
      return null
    })
  const stored = held ?? (await readStored(ctx, environment)) ?? { ...NOTHING }
  publishedOf(stored)
  return stored
}

/**
 * Straight from the database, past all caches.
 *
 * @param version The newest when it is left out
 * @returns undefined when nothing was published, or the tenant has no such environment
 * @throws Error for a snapshot that is not what was published
 */
export async function readStored(
  ctx: StoreContext,
  environment: string,
  version?: number,
): Promise<StoredSnapshot | undefined> {
  const found = await findSnapshot(ctx, environment, version)
  if (!found || (await sha256Hex(found.payload)) === found.sha256) return found
  throw new Error(`Snapshot ${found.version} of ${environment} is not what was published.`)
}

/** Call it when everybody who listens was told of the version, and so of those before it. */
export const settleOutbox = (ctx: StoreContext, environment: string, version: number) =>
  deleteFromOutbox(ctx, environment, version)

/** @throws SnapshotError, LimitError for one that cannot be evaluated: it replaces nothing */
function publishedOf(stored: StoredSnapshot): Published {
  const key = `${stored.payload.length}:${stored.sha256}`
  const published = compiled.get(key) ?? compilePublished(stored)
  compiled.delete(key)
  compiled.set(key, published)
  const [oldest] = compiled.keys()
  if (compiled.size > MOST && oldest !== undefined) compiled.delete(oldest)
  return published
}

/** What Upstash holds, if it is a snapshot that can be evaluated; else it counts as not there. */
function parseStored(text: string): StoredSnapshot | undefined {
  const found: unknown = JSON.parse(text)
  if (!isRecord(found)) return undefined
  const { version, sha256, payload } = found
  if (typeof version !== 'number' || typeof sha256 !== 'string') return undefined
  if (typeof payload !== 'string') return undefined
  const stored = { version, sha256, payload }
  publishedOf(stored)
  return stored
}
