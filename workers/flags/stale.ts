/**
 * Which flags have outlived their purpose, and why one would think so. Nobody is asked to believe more than
 * was seen: where nothing was watched for long enough, nothing is concluded from it.
 */
import type { FlagDocument, FlagRule } from './model-schemas.ts'
import type { ModelFlag } from './model.ts'

export const STALE_REASONS = [
  'expired',
  'unseen',
  'one-variant',
  'rolled-out',
  'unchanged',
] as const
export type StaleReason = (typeof STALE_REASONS)[number]

/** A day is YYYY-MM-DD, UTC. */
export interface Sighting {
  readonly day: string
  readonly variant: string
}

export interface Life {
  readonly flag: ModelFlag
  /** In the environment that is asked about, whenever. */
  readonly sightings: readonly Sighting[]
}

export interface Watch {
  readonly environment: string
  readonly days: number
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Since when sightings of the environment are kept; null for not at all. */
  readonly since: string | null
}

const DAY_MS = 24 * 60 * 60 * 1000

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

/** None for a flag of the platform's, or one whose `metadata` says it is `permanent`. */
export function staleReasons({ flag, sightings }: Life, watch: Watch): StaleReason[] {
  const { document, updatedAt, createdAt } = flag
  if (isKept(document)) return []
  const { now, days, environment } = watch
  const from = now - days * DAY_MS
  const isOld = Date.parse(createdAt) <= from
  const isUnchanged = Date.parse(updatedAt) <= from
  const isWatched = watch.since !== null && watch.since <= dayOf(from)
  const recent = sightings.filter(({ day }) => day > dayOf(from))
  const { rules = [] } = document.environments[environment] ?? {}
  const found: Record<StaleReason, boolean> = {
    expired: isExpired(document.metadata['expires'], now),
    // Pages get all flags that are for them at once: whether they use one nobody sees.
    unseen: isOld && isWatched && recent.length === 0 && !document.clientVisible,
    'one-variant': isUnchanged && isWatched && rules.length > 0 && isOne(recent),
    'rolled-out': isUnchanged && rules.some(isForAll),
    unchanged: isUnchanged,
  }
  return STALE_REASONS.filter((reason) => found[reason])
}

const isOne = (sightings: readonly Sighting[]): boolean =>
  new Set(sightings.map(({ variant }) => variant)).size === 1

const isKept = ({ tags, metadata }: FlagDocument): boolean =>
  tags.includes('platform') || metadata['permanent'] === true

/** `metadata.expires`, a day or a time. */
function isExpired(expires: unknown, now: number): boolean {
  return typeof expires === 'string' && Date.parse(expires) <= now
}

/** No later rule and no default decides after one that serves the same to everybody. */
function isForAll(rule: FlagRule): boolean {
  const isAimed = rule.condition !== undefined && Object.keys(rule.condition).length > 0
  if (isAimed || (rule.segments?.length ?? 0) > 0) return false
  return rule.type === 'force' || (rule.type === 'rollout' && rule.percentage === 100)
}
