/**
 * The engine: a payload compiled to functions once, then evaluated any number of times. The same
 * snapshot, key, context and sticky documents always give the same evaluation: there is no clock, no
 * chance and no I/O in here, so any decision can be made again later.
 */
import type { Scope } from './condition.ts'
import { compileExperiment, type Enrol } from './experiment.ts'
import { LimitError, LIMITS, SnapshotError } from './limits.ts'
import type { Feature, Payload } from './payload.ts'
import { checkDepth, type Flag, type Surroundings, UNKNOWN_FLAG } from './prerequisite.ts'
import { compileRule, CYCLE, type Decide, type RuleSurroundings } from './rule.ts'
import {
  type Evaluation,
  type EvaluationContext,
  type Exposure,
  fixedEvaluation,
  type Run,
  type Skip,
  type StickyDocs,
  type TraceStep,
  type Visit,
} from './run.ts'

export interface Snapshot {
  readonly flags: ReadonlyMap<string, Flag>
  readonly experiments: ReadonlyMap<string, Enrol>
}

/**
 * @throws LimitError for what is too large, too deep or too slow
 * @throws SnapshotError for what cannot be read
 */
export function compileSnapshot(payload: Payload): Snapshot {
  const { features = {}, experiments = [], savedGroups = {}, contextualBandits = {} } = payload
  const keys = Object.keys(features)
  if (keys.length > LIMITS.flags) {
    throw new LimitError('flags', 'The snapshot', 'remove flags that nobody asks for.')
  }
  const flags = new Map(keys.map((key) => [key, new CompiledFlag(key)]))
  const root = scopeOf(savedGroups)
  const around = (flagKey: string | null, at: string): Surroundings => {
    return { flagKey, find: (key) => flags.get(key), scope: { ...root, at } }
  }
  for (const [flagKey, flag] of flags) {
    const at = `Flag ${flagKey}`
    const surroundings = { ...around(flagKey, at), flagKey, bandits: contextualBandits }
    naming(at, () => flag.complete(features[flagKey] ?? {}, surroundings))
  }
  checkDepth(features)
  const enrolments = experiments.map((experiment) => {
    const at = `Experiment ${experiment.key}`
    return [
      experiment.key,
      naming(at, () => compileExperiment(experiment, around(null, at))),
    ] as const
  })
  return { flags, experiments: new Map(enrolments) }
}

const scopeOf = (groups: Scope['groups']): Omit<Scope, 'at'> => {
  const used = { parts: 0, inlineValues: 0 }
  return { groups, members: new Map(), used, depth: 0, within: new Set() }
}

/** A payload that is not of its form fails in many places; what must be said is where. */
function naming<Value>(at: string, compile: () => Value): Value {
  try {
    return compile()
  } catch (cause) {
    if (cause instanceof LimitError || cause instanceof SnapshotError) throw cause
    throw new SnapshotError(`${at}: not of the form that GrowthBook’s payload has.`, { cause })
  }
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
    this.#fallback = fixedEvaluation(
      defaultValue,
      rules.length > 0 ? 'DEFAULT' : fixed,
      'defaultValue',
    )
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
    const decisions = this.#decisions
    for (let at = 0; at < decisions.length; at++) {
      const outcome = decisions[at]?.(run)
      if (run.trace) this.#note(run, at, outcome)
      if (typeof outcome === 'object') return outcome
    }
    return this.#fallback
  }

  #note(run: Run, rule: number, outcome: Evaluation | Skip = 'condition'): void {
    const { bucket } = run
    run.bucket = undefined
    run.trace?.push({
      flag: this.#key,
      rule,
      ruleId: this.#ruleIds[rule] ?? '',
      outcome: typeof outcome === 'string' ? outcome : 'decided',
      bucket,
    })
  }
}

/**
 * The flag's value for whoever asks, and why it is that. A flag there is not has the source
 * `unknownFeature`. Values may be shared: they are not to be changed.
 *
 * @param context Checked by `checkContext`, if it comes from outside
 * @param sticky The unit's documents; without them assignments are not sticky
 * @throws LimitError patternSteps for a text that is too long for a rule's pattern
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

/** One of the payload's experiments of their own. @returns why not, for who is not in it */
export function enrol(
  snapshot: Snapshot,
  key: string,
  context: EvaluationContext,
  sticky?: StickyDocs,
): Exposure | Skip {
  const enrolment = snapshot.experiments.get(key)
  return enrolment ? enrolment(runOf(context, sticky)) : 'no such experiment'
}

function runOf(
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
