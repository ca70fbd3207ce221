/**
 * Flags for the other features of this Worker: OpenFeature's client for one context, over the snapshot
 * in memory. Not OpenFeature's SDK, which keeps its providers in the isolate for good: a Worker may not
 * use in one request what another opened, and a read must be bound to the request that asks.
 */
import type { ServiceContext } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { FLAG_NAMES } from '../../shared/metric-labels.ts'
import { OTHER } from '../../shared/metric.ts'
import { type CountContext, tallyOf } from './count-service.ts'
import type { Json } from './engine/payload.ts'
import type { Evaluation, EvaluationContext, Reason } from './engine/run.ts'
import { evaluate } from './engine/snapshot.ts'
import { noteExposures } from './exposure-service.ts'
import { placeOf } from './hub-client.ts'
import type { PublishedFlag } from './published.ts'
import { type Reading, readKnown, type SnapshotContext } from './snapshot-service.ts'
import { markOf } from './units.ts'

export type FlagReadContext = SnapshotContext & CountContext

/** OpenFeature's evaluation details (specification 1.4). */
export interface Details<Value> {
  flagKey: string
  value: Value
  variant?: string | undefined
  reason: Reason | 'ERROR'
  errorCode?: 'FLAG_NOT_FOUND' | 'TYPE_MISMATCH' | 'PROVIDER_NOT_READY' | 'GENERAL'
}

/** None of these throws or waits: whatever goes wrong, the fallback holds. */
export interface FlagClient {
  getBooleanValue: (key: string, fallback: boolean) => boolean
  getStringValue: (key: string, fallback: string) => string
  getNumberValue: (key: string, fallback: number) => number
  getObjectValue: (key: string, fallback: Json) => Json
  getBooleanDetails: (key: string, fallback: boolean) => Details<boolean>
  getStringDetails: (key: string, fallback: string) => Details<string>
  getNumberDetails: (key: string, fallback: number) => Details<number>
  getObjectDetails: (key: string, fallback: Json) => Details<Json>
}

/**
 * The caller's flags, of one version. What memory holds is used for up to five minutes while a newer
 * snapshot is read behind the caller's back, so only the first call in an isolate waits. Never throws:
 * with nothing to read, every fallback holds.
 */
export async function flagsOf(ctx: FlagReadContext): Promise<FlagClient> {
  const published = await readKnown(ctx, placeOf(ctx).environment).catch((error: unknown) => {
    ctx.log.warn('flags could not be read, the defaults in the code hold', { error })
    return undefined
  })
  return clientOf(ctx, published)
}

/** @param published undefined: there is nothing to evaluate with */
function clientOf(ctx: FlagReadContext, published: Reading | undefined): FlagClient {
  const context = contextOf(ctx)
  const details = <Value extends Json>(key: string, fallback: Value): Details<Value> => {
    const found = detailsOf(ctx, published, key, fallback, context)
    const flag_name = FLAG_NAMES.find((name) => name === key) ?? OTHER
    const result = found.errorCode === 'FLAG_NOT_FOUND' ? 'missing' : 'found'
    ctx.metrics.inc('voiceassist_feature_flag_checks_total', { flag_name, result })
    return found
  }
  const value = <Value extends Json>(key: string, fallback: Value) => details(key, fallback).value
  return {
    getBooleanValue: value,
    getStringValue: value,
    getNumberValue: value,
    getObjectValue: value,
    getBooleanDetails: details,
    getStringDetails: details,
    getNumberDetails: details,
    getObjectDetails: details,
  }
}

function detailsOf<Value extends Json>(
  ctx: FlagReadContext,
  published: Reading | undefined,
  flagKey: string,
  fallback: Value,
  context: EvaluationContext,
): Details<Value> {
  const failed = { flagKey, value: fallback, reason: 'ERROR' } as const
  if (!published) return { ...failed, errorCode: 'PROVIDER_NOT_READY' }
  const flag = published.flags.get(flagKey)
  if (!flag) return { ...failed, errorCode: 'FLAG_NOT_FOUND' }
  const tally = tallyOf(ctx, published.counter)
  try {
    const evaluation = evaluate(published.snapshot, flagKey, context)
    const { value, reason } = evaluation
    const variant = variantOf(flag, evaluation)
    if (value !== null && !isLike(value, fallback)) {
      tally.addError(flag.index)
      return { ...failed, errorCode: 'TYPE_MISMATCH' }
    }
    tally.add(flag.index, variant ?? '', reason, markOfUnit(context))
    noteExposures(ctx, published.counter.place, evaluation)
    return value === null
      ? { flagKey, value: fallback, reason }
      : { flagKey, value, variant, reason }
  } catch {
    // A pattern that was given too long a text.
    tally.addError(flag.index)
    return { ...failed, errorCode: 'GENERAL' }
  }
}

const variantOf = ({ names }: PublishedFlag, { value, variant }: Evaluation) =>
  value === null ? undefined : (names.get(value) ?? variant)

const markOfUnit = ({ attributes }: EvaluationContext) =>
  typeof attributes['id'] === 'string' ? markOf(attributes['id']) : undefined

/** Any value is like a null, and lists are like objects. */
const isLike = <Value extends Json>(value: Json, fallback: Value): value is Value =>
  fallback === null || typeof value === typeof fallback

/** Whom rollouts draw: the user, or the key; a session of voice is the user's. */
function contextOf({ actor, tenantId }: ServiceContext): EvaluationContext {
  const ids = { user: 'userId', key: 'keyId', system: 'job' } as const
  const id: unknown = Reflect.get(actor, ids[actor.type])
  return { attributes: { id, tenantId, actor: actor.type } }
}

/** Whether whoever changes something is to be looked at afresh, and not by the token alone. */
export async function isStrict(ctx: FlagReadContext): Promise<boolean> {
  return (await flagsOf(ctx)).getBooleanValue('rbac_strict_mode', false)
}

/** @throws ProblemError dependency_down while the flag `openai_enabled` says so */
export async function requireModels(ctx: FlagReadContext): Promise<void> {
  const flags = await flagsOf(ctx)
  if (flags.getBooleanValue('openai_enabled', true)) return
  const detail = 'Language models are switched off here: the flag openai_enabled is false.'
  throw new ProblemError('dependency_down', detail)
}
