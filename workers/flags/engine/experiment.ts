/** Experiments, compiled: who is in one, and which of its variations they get. */
import { compileCondition } from './condition.ts'
import { bucketing, bucketRanges, chooseVariation, isInRange } from './hash.ts'
import type { Experiment, Filter } from './payload.ts'
import { compilePrerequisites, type Surroundings } from './prerequisite.ts'
import {
  type EvaluationContext,
  type Exposure,
  hashReader,
  type Run,
  type Skip,
  type Unit,
  type Variation,
} from './run.ts'
import { BLOCKED, compileSticky, UNASSIGNED } from './sticky.ts'

/** Puts whoever asks into the experiment, or says why not. */
export type Enrol = (run: Run) => Exposure | Skip

type Refuse = (run: Run, hashValue: unknown) => Skip | undefined

export function compileExperiment(experiment: Experiment, around: Surroundings): Enrol {
  const { key, variations, force, disableStickyBucketing } = experiment
  if (variations.length < 2) return () => 'too few variations'
  const unitOf = compileUnit(experiment)
  const expose = compileExposure(experiment, around.flagKey)
  const assign = compileAssignment(experiment, around)
  const { find, store } = compileSticky(experiment)

  return (run) => {
    const { context } = run
    if (context.enabled === false) return 'experiments are off'
    const isSticky = run.sticky !== undefined && !disableStickyBucketing
    const unit = unitOf(run, isSticky)
    const forced = forcedVariation(context, key, variations.length)
    if (forced !== undefined) return expose(forced, unit)
    if (experiment.active === false) return 'not active'
    const stuck = isSticky ? find(run) : UNASSIGNED
    const assigned = assign(run, unit.value, stuck)
    if (typeof assigned === 'string') return assigned
    if ('force' in experiment) return expose(force ?? UNASSIGNED, unit)
    if (context.qaMode) return 'qa mode'
    const exposure = expose(assigned, unit, run.bucket, stuck >= 0)
    if (isSticky && typeof exposure === 'object') store(run, unit, exposure)
    return exposure
  }
}

function compileUnit({ hashAttribute, fallbackAttribute }: Experiment) {
  const own = hashReader(hashAttribute)
  const fallback = fallbackAttribute ? hashReader(fallbackAttribute) : undefined
  return ({ context: { attributes } }: Run, isSticky: boolean): Unit => {
    const value = own.read(attributes)
    const second = !value && isSticky && fallback?.read(attributes)
    return second && fallback ? { name: fallback.name, value: second } : { name: own.name, value }
  }
}

/** Index of the unit's variation, be it stuck or newly chosen. Leaves the bucket in `run`. */
function compileAssignment(experiment: Experiment, around: Surroundings) {
  const { key, variations, coverage, weights } = experiment
  const refuse = compileRefusal(experiment, around)
  const hash = bucketing(experiment.seed || key, experiment.hashVersion || 1)
  const ranges = experiment.ranges ?? bucketRanges(variations.length, coverage, weights)
  return (run: Run, hashValue: unknown, stuck: number): number | Skip => {
    if (!hashValue) return 'no hash attribute'
    const refusal = stuck >= 0 ? undefined : refuse(run, hashValue)
    if (refusal) return refusal
    if (!hash) return 'no such hash version'
    run.bucket = hash(hashValue)
    if (stuck === BLOCKED) return 'blocked bucket version'
    const chosen = stuck >= 0 ? stuck : chooseVariation(run.bucket, ranges)
    return chosen < 0 ? 'coverage' : chosen
  }
}

function compileExposure(experiment: Experiment, flagKey: string | null) {
  const variations = experiment.variations.map((value, index): Variation => {
    const { key, name, passthrough } = experiment.meta?.[index] ?? {}
    const isPassthrough = passthrough === true
    return { experiment, flagKey, index, key: key || `${index}`, name, isPassthrough, value }
  })
  return (index: number, unit: Unit, bucket?: number, isStuck = false): Exposure | Skip => {
    const variation = variations[index]
    return variation
      ? { variation, hashAttribute: unit.name, hashValue: unit.value, bucket, isStuck }
      : 'no such variation'
  }
}

/** By the query of the page's address, or else by name. */
function forcedVariation(
  { url, forcedVariations }: EvaluationContext,
  key: string,
  count: number,
): number | undefined {
  const queried = url ? queriedVariation(url, key, count) : undefined
  if (queried !== undefined || !forcedVariations) return queried
  return Object.hasOwn(forcedVariations, key) ? forcedVariations[key] : undefined
}

/** Names are compared as they are written, without decoding. */
function queriedVariation(url: string, key: string, count: number): number | undefined {
  const pairs = url.split('?')[1]?.replace(/#.*/, '').split('&') ?? []
  const first = pairs.map((pair) => pair.split('=', 2)).find(([name]) => name === key)
  const index = Number.parseInt(first?.[1] ?? '', 10)
  return index >= 0 && index < count ? index : undefined
}

/** What keeps out whoever is not in already. `filters` replaces the older `namespace`. */
function compileRefusal(experiment: Experiment, around: Surroundings): Refuse {
  const { filters, namespace, condition, parentConditions } = experiment
  const isFilteredOut = filters && compileFilters(filters)
  const isOutside = namespace && !filters ? compileNamespace(namespace) : undefined
  const test = condition && compileCondition(condition, around.scope)
  const standing = compilePrerequisites(parentConditions, around)
  return (run, hashValue) => {
    if (isFilteredOut?.(run)) return 'filters'
    if (isOutside?.(hashValue)) return 'namespace'
    if (test && !test(run.context.attributes)) return 'condition'
    return standing && standing(run) !== 'met' ? 'prerequisite' : undefined
  }
}

function compileNamespace([name, from, to]: readonly [string, number, number]) {
  const hash = bucketing(`__${name}`, 1)
  return (hashValue: unknown) => !hash || !isInRange(hash(hashValue), [from, to])
}

/** @returns whether one of the filters keeps the unit out */
export function compileFilters(filters: readonly Filter[]): (run: Run) => boolean {
  const all = filters.map(({ attribute, seed, hashVersion, ranges }) => {
    const { read } = hashReader(attribute)
    const hash = bucketing(seed, hashVersion || 2)
    return ({ context }: Run) => {
      const value = read(context.attributes)
      return !value || !hash || chooseVariation(hash(value), ranges) < 0
    }
  })
  return (run) => all.some((isFilteredOut) => isFilteredOut(run))
}
