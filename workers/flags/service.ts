/**
 * What one can do with flags. Administration reads and writes the database; evaluation reads
 * through the cache, and lives on what it knows for a day when the database is down.
 */
import { type CacheContext, createCache } from '../../shared/cache.ts'
import { ProblemError } from '../../shared/errors.ts'
import { FLAG_NAMES } from '../../shared/metric-labels.ts'
import { OTHER } from '../../shared/metric.ts'
import { checkContext, LimitError } from './engine/limits.ts'
import { evaluate, type Snapshot } from './engine/snapshot.ts'
import { compileFlag, contextOf, responseOf } from './evaluation.ts'
import {
  type EvaluationRequest,
  type EvaluationResponse,
  Flag,
  type FlagChange,
  FlagName,
  type FlagPage,
  type FlagPageQuery,
  type NewFlag,
} from './schemas.ts'
import * as store from './store.ts'

export type FlagContext = store.StoreContext & CacheContext

/** `null` is a flag known not to exist: asking for it again and again costs nothing either. */
const known = createCache<Flag | null>({
  namespace: 'feature_flag',
  freshMs: 2000,
  staleMs: 24 * 60 * 60 * 1000,
  parse: (text) => Flag.nullable().safeParse(JSON.parse(text)).data,
})

/** A flag in memory is compiled once, and its functions go when it goes. */
const compiled = new WeakMap<Flag, Snapshot>()

export async function listFlags(
  ctx: FlagContext,
  { limit, cursor }: FlagPageQuery,
): Promise<FlagPage> {
  const flags = await store.selectFlags(ctx, { limit: limit + 1, cursor })
  const items = flags.slice(0, limit)
  return { items, nextCursor: flags.length > limit ? (items.at(-1)?.name ?? null) : null }
}

/** @throws ProblemError not_found */
export async function getFlag(ctx: FlagContext, name: string): Promise<Flag> {
  return (await store.findFlag(ctx, name)) ?? missing(name)
}

/** @throws ProblemError conflict */
export async function createFlag(ctx: FlagContext, flag: NewFlag): Promise<Flag> {
  const created = await store.insertFlag(ctx, flag)
  if (!created) throw new ProblemError('conflict', `There is a flag named ${flag.name} already.`)
  await known.drop(ctx, flag.name)
  return created
}

/** @throws ProblemError not_found */
export async function changeFlag(
  ctx: FlagContext,
  name: string,
  change: FlagChange,
): Promise<Flag> {
  const changed = (await store.updateFlag(ctx, name, change)) ?? missing(name)
  await known.drop(ctx, name)
  return changed
}

/** Switches the flag to `enabled`, or over when it is undefined. @throws ProblemError not_found */
export async function toggleFlag(
  ctx: FlagContext,
  name: string,
  enabled: boolean | undefined,
): Promise<Flag> {
  const flip =
    enabled === undefined
      ? store.flipFlag(ctx, name)
      : store.updateFlag(ctx, name, { enabled }, 'flag.toggle')
  const flipped = (await flip) ?? missing(name)
  await known.drop(ctx, name)
  return flipped
}

/** @throws ProblemError not_found */
export async function removeFlag(ctx: FlagContext, name: string): Promise<void> {
  if (!(await store.deleteFlag(ctx, name))) missing(name)
  await known.drop(ctx, name)
}

/**
 * Any text may be asked for; only what could be a flag's name is looked up.
 *
 * @throws ProblemError not_found, or invalid_fields for a context that is over a limit
 */
export async function evaluateFlag(
  ctx: FlagContext,
  key: string,
  request: EvaluationRequest,
): Promise<EvaluationResponse> {
  if (!FlagName.safeParse(key).success) missing(key)
  const found = await known.get(ctx, key, async () => (await store.findFlag(ctx, key)) ?? null)
  countCheck(ctx, key, found)
  const flag = found ?? missing(key)
  const snapshot = compiled.get(flag) ?? compileFlag(flag)
  compiled.set(flag, snapshot)
  try {
    checkContext(request.context)
    return responseOf(key, evaluate(snapshot, key, contextOf(request)))
  } catch (error) {
    if (!(error instanceof LimitError)) throw error
    const errors = [{ in: 'json', pointer: '/context', detail: error.message }]
    throw new ProblemError('invalid_fields', error.message, { errors, cause: error })
  }
}

function missing(name: string): never {
  throw new ProblemError('not_found', `There is no flag named ${name}.`)
}

/** Names of customers' flags are without number; only those the platform asks for have a label. */
function countCheck(ctx: FlagContext, key: string, found: Flag | null): void {
  const flag_name = FLAG_NAMES.find((name) => name === key) ?? OTHER
  const result = found ? 'found' : 'missing'
  ctx.metrics.inc('voiceassist_feature_flag_checks_total', { flag_name, result })
}
