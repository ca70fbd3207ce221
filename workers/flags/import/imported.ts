/**
 * What every importer makes of another product's export: flags as they are written here, and word of each
 * thing that came over otherwise, or not at all. Nothing here knows what a tenant has already.
 */
import type { ZodType } from 'zod'
import type { FlagDocument, FlagRule, FlagSettings, Json, SegmentBody } from '../model-schemas.ts'

/** `lost`: it is left out, so the flag may serve others. `differs`: it is there, with the difference named. */
type Effect = 'lost' | 'differs'

export interface Note {
  /** Of ours; null for what holds in each. */
  readonly environment: string | null
  /** As the export names the rule, or its place from 1; null for the flag as a whole. */
  readonly rule: string | null
  readonly effect: Effect
  readonly reason: string
}

export interface ImportedFlag {
  /** Its key in the export. */
  readonly source: string
  readonly name: string
  readonly document: FlagDocument
  readonly notes: readonly Note[]
}

export interface ImportedSegment {
  readonly name: string
  readonly description: string
  readonly body: SegmentBody
}

export interface Imported {
  readonly flags: readonly ImportedFlag[]
  readonly segments: readonly ImportedSegment[]
  /** Of the export as a whole. */
  readonly notes: readonly Note[]
}

/** Environments of ours, and by each of the export's which of ours it is. */
export interface Target {
  readonly environments: readonly string[]
  readonly mapping: Readonly<Record<string, string>>
}

export type Convert = (document: unknown, target: Target) => Imported

/** The export is not of the form it is said to have. */
export class ImportError extends Error {
  readonly path: readonly PropertyKey[]

  constructor(path: readonly PropertyKey[], message: string) {
    super(message)
    this.name = 'ImportError'
    this.path = path
  }
}

/** @throws ImportError */
export function readExport<Value>(schema: ZodType<Value>, document: unknown): Value {
  const read = schema.safeParse(document)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw new ImportError(issue?.path ?? [], issue?.message ?? 'cannot be read')
}

/** Collects what is said about one flag. */
export class Notes {
  readonly all: Note[] = []

  lost(reason: string, rule: string | null = null, environment: string | null = null): void {
    this.all.push({ environment, rule, effect: 'lost', reason })
  }

  differs(reason: string, rule: string | null = null, environment: string | null = null): void {
    this.all.push({ environment, rule, effect: 'differs', reason })
  }
}

/** What a part cannot be carried over for; caught where the rule that has it is known. */
export class Lost extends Error {}

/** Names are lower-case here, and keys elsewhere need not be. @throws Lost when nothing of it is left */
export function flagNameOf(key: string): string {
  const name = key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, 100)
  if (name === '') throw new Lost(`The key ${key} has no letter to begin a name with.`)
  return name
}

/** As the names of variants, rules, segments and tags are written. */
export const partNameOf = (text: string, most = 100): string =>
  text
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, most) || 'x'

const MOST_TAGS = 20

export const tagsOf = (tags: readonly string[]): string[] =>
  [...new Set(tags.map((tag) => partNameOf(tag, 50)))].slice(0, MOST_TAGS)

/** Of all the values; json where they are of several types. */
export function typeOfValues(values: readonly Json[]): FlagDocument['type'] {
  const types = new Set(values.map((value) => typeof value))
  const [type] = types
  if (types.size !== 1 || type === undefined) return 'json'
  return type === 'boolean' || type === 'string' || type === 'number' ? type : 'json'
}

const STEPS = 10_000

/** A share from 0 to 1 in percent, in steps of 0.01. */
export const percentOf = (share: number): number =>
  Math.round(Math.min(1, Math.max(0, share)) * STEPS) / 100

/**
 * Weights of any scale as percentages that add up to 100: the largest remainders get what rounding left.
 *
 * @throws Lost when they add up to nothing
 */
export function percentagesOf(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (!(total > 0) || weights.some((weight) => weight < 0)) throw new Lost('Its weights are none.')
  const exact = weights.map((weight) => (weight / total) * STEPS)
  const steps = exact.map(Math.floor)
  const left = STEPS - steps.reduce((sum, step) => sum + step, 0)
  const byRemainder = exact
    .map((value, index) => ({ index, rest: value - Math.floor(value) }))
    .toSorted((a, b) => b.rest - a.rest || a.index - b.index)
  for (const { index } of byRemainder.slice(0, left)) steps[index] = (steps[index] ?? 0) + 1
  return steps.map((step) => step / 100)
}

/** The same settings in each environment: of a format that knows none. */
export const everywhere = (
  { environments }: Target,
  settings: FlagSettings,
): Record<string, FlagSettings> => Object.fromEntries(environments.map((name) => [name, settings]))

/** What an environment gets that the export says nothing of. */
export const OFF: FlagSettings = { enabled: false, prerequisites: [], rules: [] }

/** Ids are unique in a flag's settings. */
export function withIds(rules: readonly FlagRule[]): FlagRule[] {
  const seen = new Set<string>()
  return rules.map((rule) => {
    const base = partNameOf(rule.id, 90)
    let id = base
    for (let count = 2; seen.has(id); count++) id = `${base}-${count}`
    seen.add(id)
    return { ...rule, id }
  })
}

export const EMPTY_DOCUMENT = {
  description: '',
  enabled: true,
  jsonSchema: null,
  variants: {},
  tags: [],
  metadata: {},
  clientVisible: false,
} satisfies Partial<FlagDocument>
