/**
 * The engine: a payload compiled to functions once, then evaluated any number of times. The same
 * snapshot, key, context and sticky documents always give the same evaluation: there is no clock, no
 * chance and no I/O in here, so any decision can be made again later.
 */
import { LimitError, LIMITS } from './limits.ts'
import type { Feature, Payload } from './payload.ts'
import { type Flag, type Surroundings, UNKNOWN_FLAG } from './prerequisite.ts'
import { compileRule, CYCLE, type Decide, type RuleSurroundings } from './rule.ts'
import {
  type Evaluation,
  type EvaluationContext,
  evaluationOf,
  type Run,
  type Skip,
  type StickyDocs,
  type TraceStep,
  type Visit,
} from './run.ts'

export interface Snapshot {
  readonly flags: ReadonlyMap<string, Flag>
  /** What its flags were compiled with; for experiments that stand by themselves. */
  readonly surroundings: Surroundings
}

/** @param payload Admitted: `admitSnapshot` is the way in for whatever comes from outside */
export function compileSnapshot(payload: Payload): Snapshot {
  const { features = {}, savedGroups: groups = {}, contextualBandits: bandits = {} } = payload
  const entries = Object.entries(features)
  const flags = new Map(entries.map(([key]) => [key, new CompiledFlag(key)]))
  const scope = { groups, members: new Map(), within: new Set<string>() }
  const surroundings = { flagKey: null, find: (key: string) => flags.get(key), scope }
  for (const [flagKey, feature] of entries) {
    flags.get(flagKey)?.complete(feature, { ...surroundings, bandits, flagKey })
  }
  return { flags, surroundings }
}

/** Made before its rules are compiled, because another flag's rules may lead to it. */
class CompiledFlag implements Flag {
  readonly #key: string
  #decisions: Decide[] = []
  #ruleIds: string[] = []
  #fallback = UNKNOWN_FLAG
  /** Only such a flag can be part of a cycle, or cost more the more often it is looked at. */
  #hasPrerequisites = false

  constructor(key: string) {
    this.#key = key
  }

  complete({ rules = [], defaultValue = null }: Feature, around: RuleSurroundings): void {
    this.#decisions = rules.map((rule) => compileRule(rule, around))
    this.#ruleIds = rules.map(({ id }) => id || '')
    this.#hasPrerequisites = rules.some(({ parentConditions }) => parentConditions?.length)
    const fixed = defaultValue === null ? 'DISABLED' : 'STATIC'
    const reason = rules.length > 0 ? 'DEFAULT' : fixed
    this.#fallback = evaluationOf(defaultValue, reason, 'defaultValue')
  }

  evaluate(run: Run): Evaluation {
    if (!this.#hasPrerequisites) return this.#decide(run)
    const visited = (run.visited ??= new Map<string, Visit>())
    const { changes } = run
    const known = visited.get(this.#key)
    if (known && (known.changes ?? changes) === changes) return known.evaluation
    if (++run.visits > LIMITS.visits) {
      throw new LimitError('visits', `Flag ${this.#key}`, 'give each experiment a key of its own.')
    }
    visited.set(this.#key, { evaluation: CYCLE, changes: undefined })
    const evaluation = this.#decide(run)
    visited.set(this.#key, { evaluation, changes })
    return evaluation
  }

  #decide(run: Run): Evaluation {
    let rule = 0
    for (const decide of this.#decisions) {
      const outcome = decide(run)
      if (run.trace) this.#note(run, rule++, outcome)
      if (typeof outcome === 'object') return outcome
    }
    return this.#fallback
  }

  #note(run: Run, rule: number, decided: Evaluation | Skip): void {
    const { trace, bucket } = run
    run.bucket = undefined
    const outcome = typeof decided === 'string' ? decided : 'decided'
    trace?.push({ flag: this.#key, rule, ruleId: this.#ruleIds[rule] ?? '', outcome, bucket })
  }
}

/**
 * The flag's value for whoever asks, and why it is that. A flag there is not has the source
 * `unknownFeature`. Values may be shared: they are not to be changed.
 *
 * @param context Checked by `checkContext`, if it comes from outside
 * @param sticky The unit's documents; without them assignments are not sticky
 * @throws LimitError patternText, for a text that a pattern is asked to read; visits
 */
export function evaluate(
  snapshot: Snapshot,
  key: string,
  context: EvaluationContext,
  sticky?: StickyDocs,
): Evaluation {
  const flag = snapshot.flags.get(key)
  if (!flag) return UNKNOWN_FLAG
  const run = runOf(context, sticky)
  return completed(flag.evaluate(run), run)
}

/** As `evaluate`, with what became of each rule that was looked at, prerequisites' rules included. */
export function explain(
  snapshot: Snapshot,
  key: string,
  context: EvaluationContext,
  sticky?: StickyDocs,
): { evaluation: Evaluation; trace: readonly TraceStep[] } {
  const trace: TraceStep[] = []
  const run = runOf(context, sticky, trace)
  const evaluation = snapshot.flags.get(key)?.evaluate(run) ?? UNKNOWN_FLAG
  return { evaluation: completed(evaluation, run), trace }
}

export function runOf(
  context: EvaluationContext,
  sticky: StickyDocs | undefined,
  trace?: TraceStep[],
): Run {
  return {
    context,
    sticky,
    trace,
    bucket: undefined,
    visited: undefined,
    visits: 0,
    otherExposures: undefined,
    changed: undefined,
    changes: 0,
  }
}

function completed(evaluation: Evaluation, { otherExposures, changed }: Run): Evaluation {
  if (!otherExposures && !changed) return evaluation
  return { ...evaluation, otherExposures, sticky: changed && [...changed.values()] }
}
