/**
 * What a snapshot is compiled from: the payload of GrowthBook's SDKs, specification 0.8.0, as every
 * GrowthBook SDK evaluates it too. Left out is what only a page can do: URL targeting, redirects and
 * visual changes, and the fields GrowthBook itself calls deprecated.
 */
export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [key: string]: Json }

/** A MongoDB-like query: paths, logical operators, and operators on values. */
export type Condition = Readonly<Record<string, unknown>>

/** Including the first, excluding the second; both from 0 to 1. */
export type BucketRange = readonly [number, number]

export interface Prerequisite {
  readonly id: string
  /** Asked of `{ value }`, the prerequisite's own value. */
  readonly condition?: Condition
  /** Not met, it ends the flag instead of the rule. */
  readonly gate?: boolean
}

export interface Filter {
  readonly attribute?: string
  readonly seed: string
  readonly hashVersion?: number
  readonly ranges: readonly BucketRange[]
}

interface VariationMeta {
  readonly key?: string
  readonly name?: string
  /** Counted as exposed, but the flag's later rules decide: a holdout. */
  readonly passthrough?: boolean
}

/** What an experiment and the rule that starts one have in common. */
interface Split {
  readonly key?: string
  readonly weights?: readonly number[]
  readonly ranges?: readonly BucketRange[]
  readonly coverage?: number
  readonly meta?: readonly VariationMeta[]
  readonly filters?: readonly Filter[]
  /** Name, from and to: only members whose hash falls in between. `filters` replaces it. */
  readonly namespace?: readonly [string, number, number]
  readonly condition?: Condition
  readonly parentConditions?: readonly Prerequisite[]
  readonly hashAttribute?: string
  /** Takes the place of an absent `hashAttribute`; only where assignments are sticky. */
  readonly fallbackAttribute?: string
  /** 1 has a thousand buckets and a bias, 2 ten thousand and none. */
  readonly hashVersion?: number
  readonly seed?: string
  readonly name?: string
  readonly phase?: string
  readonly disableStickyBucketing?: boolean
  /** Assignments of another version are not used. */
  readonly bucketVersion?: number
  /** Who was assigned under an older version leaves the experiment. */
  readonly minBucketVersion?: number
}

export interface Rule extends Split {
  readonly id?: string
  readonly force?: Json
  readonly variations?: readonly Json[]
  readonly range?: BucketRange
  /** Key in `contextualBandits`; its variations stand in `contextualVariations`. */
  readonly contextualBanditRef?: string
  readonly contextualVariations?: readonly Json[]
}

/** What a rule starts; or one that stands by itself, for inline.ts. */
export interface Experiment extends Split {
  readonly key: string
  readonly variations: readonly Json[]
  readonly active?: boolean
  /** Index of the variation that all who are in it get. */
  readonly force?: number
  readonly contextualBandit?: ContextualBandit
}

/** Which leaf of a contextual bandit set the weights; −1 when none matched. */
export interface ContextualBandit {
  readonly leafId: number
  readonly variationWeights: readonly number[]
  readonly banditVersion: number | undefined
}

export interface BanditDefinition {
  readonly banditVersion?: number
  /** The first whose condition holds decides. */
  readonly contexts?: readonly {
    readonly leafId: number
    readonly condition?: Condition
    readonly weights: readonly number[]
  }[]
}

export interface Feature {
  /** Absent or null: the default in the caller's code applies. */
  readonly defaultValue?: Json
  readonly rules?: readonly Rule[]
}

export interface Payload {
  readonly features?: Readonly<Record<string, Feature>>
  /** A list of values; or `{ type: 'list', attributeKey, values }`; or `{ type: 'condition', condition }`. */
  readonly savedGroups?: Readonly<Record<string, unknown>>
  readonly contextualBandits?: Readonly<Record<string, BanditDefinition>>
}
