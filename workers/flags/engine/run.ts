/** One evaluation while it runs, and what comes out of it. */
import type { Experiment, Json } from './payload.ts'
import { type Attributes, type Read, reader } from './values.ts'

/** Who asks. */
export interface EvaluationContext {
  readonly attributes: Attributes
  /** An experiment's key in its query forces a variation by index: `?new-checkout=1`. */
  readonly url?: string
  /** Indexes of variations by the key of their experiment. */
  readonly forcedVariations?: Readonly<Record<string, number>>
  /** false: no experiments. */
  readonly enabled?: boolean
  /** Experiments run only where a variation is forced. */
  readonly qaMode?: boolean
}

/** What a unit was assigned before: variation keys by `experiment__bucketVersion`. */
export interface StickyDoc {
  readonly attributeName: string
  readonly attributeValue: string
  readonly assignments: Readonly<Record<string, string>>
}

/** By `attributeName||attributeValue`. */
export type StickyDocs = Readonly<Record<string, Pick<StickyDoc, 'assignments'>>>

/** OpenFeature's terms. UNKNOWN: there is no such flag, or it is its own prerequisite. */
export type Reason = 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'UNKNOWN'

/** GrowthBook's terms. */
export type Source =
  | 'unknownFeature'
  | 'defaultValue'
  | 'force'
  | 'experiment'
  | 'prerequisite'
  | 'cyclicPrerequisite'

export interface Variation {
  readonly experiment: Experiment
  /** null: the experiment is no flag's. */
  readonly flagKey: string | null
  readonly index: number
  /** Its index as text, where it has none. */
  readonly key: string
  readonly name: string | undefined
  readonly isPassthrough: boolean
  readonly value: Json
}

/** That a unit is in an experiment. */
export interface Exposure {
  readonly variation: Variation
  readonly hashAttribute: string
  readonly hashValue: unknown
  /** Where the unit's hash fell. undefined: the variation was forced, which does not count. */
  readonly bucket: number | undefined
  readonly isStuck: boolean
}

export interface Evaluation {
  /** null: the default in the caller's code applies. */
  readonly value: Json
  /** `on` and `off` of booleans, the key of an experiment's variation. */
  readonly variant: string | undefined
  readonly reason: Reason
  readonly source: Source
  /** Empty where no rule decided, or one without an id. */
  readonly ruleId: string
  readonly exposure: Exposure | undefined
  /** Other experiments the unit met on the way: holdouts, and those of prerequisites. */
  readonly otherExposures: readonly Exposure[] | undefined
  /** Documents that changed, whole, for the caller to store. */
  readonly sticky: readonly StickyDoc[] | undefined
}

/** Why a rule decided nothing. */
export type Skip =
  | 'prerequisite'
  | 'filters'
  | 'namespace'
  | 'condition'
  | 'coverage'
  | 'no hash attribute'
  | 'no such hash version'
  | 'too few variations'
  | 'no such variation'
  | 'experiments are off'
  | 'not active'
  | 'blocked bucket version'
  | 'qa mode'
  | 'passthrough'

export interface TraceStep {
  readonly flag: string
  /** Index among the flag's rules. */
  readonly rule: number
  readonly ruleId: string
  readonly outcome: 'decided' | Skip
  /** Where the unit's hash fell, from 0 up to 1, when it was asked for. */
  readonly bucket: number | undefined
}

export interface Run {
  readonly context: EvaluationContext
  /** undefined: assignments are not sticky. */
  readonly sticky: StickyDocs | undefined
  readonly trace: TraceStep[] | undefined
  /** Of the rule that is looked at. */
  bucket: number | undefined
  /** Flags with prerequisites that were met on the way. */
  visited: Map<string, Visit> | undefined
  /** How often a flag with prerequisites was looked at. */
  visits: number
  otherExposures: Exposure[] | undefined
  /** Documents changed on the way, by their key. */
  changed: Map<string, StickyDoc> | undefined
  /** How often a document changed. */
  changes: number
}

/** What came of a flag, and how often documents had changed by then: later it may be another. */
export interface Visit {
  readonly evaluation: Evaluation
  /** undefined: the flag is still being looked at. */
  readonly changes: number | undefined
}

/** Whom a variation is for: the attribute that decides, and its value. */
export interface Unit {
  readonly name: string
  readonly value: unknown
}

/** Reads the attribute that decides the bucket. Empty, zero and false are as good as none. */
export function hashReader(attribute: string | undefined): { name: string; read: Read } {
  const name = attribute || 'id'
  const read = reader(name)
  return { name, read: (attributes) => read(attributes) || '' }
}

export function evaluationOf(
  value: Json,
  reason: Reason,
  source: Source,
  ruleId = '',
  exposure?: Exposure,
): Evaluation {
  const named = typeof value === 'boolean' ? (value ? 'on' : 'off') : undefined
  const variant = exposure ? exposure.variation.key : named
  return {
    value,
    variant,
    reason,
    source,
    ruleId,
    exposure,
    otherExposures: undefined,
    sticky: undefined,
  }
}
