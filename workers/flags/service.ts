/**
 * What one can do with flags. Administration reads and writes the database; evaluation reads
 * through the cache, and lives on what it knows for a day when the database is down.
 */
import { type CacheContext, createCache } from '../../shared/cache.ts'
import { ProblemError } from '../../shared/errors.ts'
import { FLAG_NAMES } from '../../shared/metric-labels.ts'
import { OTHER } from '../../shared/metric.ts'
import { type Evaluation, evaluate } from './evaluate.ts'
import {
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

/** Any text may be asked for; only what could be a flag's name is looked up. @throws ProblemError not_found */
export async function evaluateFlag(ctx: FlagContext, key: string): Promise<Evaluation> {
  const flag = FlagName.safeParse(key).success
    ? await known.get(ctx, key, async () => (await store.findFlag(ctx, key)) ?? null)
    : null
  const flag_name = FLAG_NAMES.find((name) => name === key) ?? OTHER
  const result = flag ? 'found' : 'missing'
  ctx.metrics.inc('voiceassist_feature_flag_checks_total', { flag_name, result })
  return evaluate(flag ?? missing(key))
}

function missing(name: string): never {
  throw new ProblemError('not_found', `There is no flag named ${name}.`)
}
