/**
 * GrowthBook's SDK payload (`GET /api/features/{clientKey}`, specification 0.8.0): its conditions are ours,
 * and it is of one environment, so what it says holds in each of ours.
 */
import { z } from 'zod'
import {
  Condition,
  type FlagDocument,
  type FlagRule,
  type FlagSettings,
  type Json,
  JsonValue,
  SegmentBody,
} from '../model-schemas.ts'
import {
  EMPTY_DOCUMENT,
  everywhere,
  flagNameOf,
  type Imported,
  type ImportedFlag,
  type ImportedSegment,
  Lost,
  Notes,
  partNameOf,
  percentagesOf,
  percentOf,
  readExport,
  type Target,
  typeOfValues,
  withIds,
} from './imported.ts'

const Parent = z.looseObject({
  id: z.string(),
  condition: z.record(z.string(), JsonValue),
  gate: z.boolean().nullish(),
})

const Rule = z.looseObject({
  id: z.string().optional(),
  name: z.string().optional(),
  condition: Condition.optional(),
  parentConditions: z.array(Parent).optional(),
  force: JsonValue.optional(),
  coverage: z.number().optional(),
  variations: z.array(JsonValue).optional(),
  weights: z.array(z.number()).optional(),
  meta: z
    .array(z.looseObject({ key: z.string().optional(), name: z.string().optional() }))
    .optional(),
  key: z.string().optional(),
  seed: z.string().optional(),
  hashAttribute: z.string().optional(),
  hashVersion: z.number().optional(),
  minBucketVersion: z.number().optional(),
})
type Rule = z.infer<typeof Rule>

const Export = z.looseObject({
  features: z.record(
    z.string(),
    z.looseObject({ defaultValue: JsonValue.optional(), rules: z.array(Rule).optional() }),
  ),
  savedGroups: z.record(z.string(), JsonValue).optional(),
})

/** @throws ImportError */
export function importGrowthBook(document: unknown, target: Target): Imported {
  const { features, savedGroups = {} } = readExport(Export, document)
  const notes = new Notes()
  const segments = Object.entries(savedGroups).flatMap(([id, group]) => segmentOf(id, group, notes))
  const flags = Object.entries(features).flatMap(
    ([key, { defaultValue, rules = [] }]): ImportedFlag[] => {
      try {
        return [flagOf(key, defaultValue ?? null, rules, target)]
      } catch (error) {
        if (!(error instanceof Lost)) throw error
        notes.lost(`${key}: ${error.message}`)
        return []
      }
    },
  )
  return { flags, segments, notes: notes.all }
}

/** A list of values alone does not say of what: of ids. */
function segmentOf(id: string, group: Json, notes: Notes): ImportedSegment[] {
  const name = partNameOf(id)
  const read = SegmentBody.safeParse(
    Array.isArray(group) ? { type: 'list', values: group } : listed(group),
  )
  if (read.success && name === id) return [{ name, description: '', body: read.data }]
  notes.lost(`Saved group ${id}: it is of a form, or has a name, that segments do not have.`)
  return []
}

const List = z.object({ type: z.literal('list'), attributeKey: z.string(), values: JsonValue })

/** The payload says `attributeKey` for the attribute of a list. */
function listed(group: Json): unknown {
  const { data } = List.safeParse(group)
  return data ? { type: 'list', attribute: data.attributeKey, values: data.values } : group
}

function flagOf(
  key: string,
  defaultValue: Json,
  rules: readonly Rule[],
  target: Target,
): ImportedFlag {
  const notes = new Notes()
  const name = flagNameOf(key)
  if (defaultValue === null) throw new Lost('It has no default value, so its type is not known.')
  const settings = new Rules(name, notes)
  rules.forEach((rule, index) => settings.add(rule, rule.id ?? `rule-${index + 1}`))
  const variants = Object.fromEntries(settings.variants)
  const forced = rules.flatMap(({ force }) => (force === undefined ? [] : [force]))
  const document: FlagDocument = {
    ...EMPTY_DOCUMENT,
    type: typeOfValues([defaultValue, ...Object.values(variants), ...forced]),
    defaultValue,
    variants,
    clientVisible: true,
    environments: everywhere(target, settings.all()),
  }
  return { source: key, name, document, notes: notes.all }
}

/** Fields that narrow a rule in ways there are none for here. */
const UNKNOWN = [
  'namespace',
  'filters',
  'ranges',
  'range',
  'fallbackAttribute',
  'contextualBanditRef',
  'urlPatterns',
]

class Rules {
  /** Names of variations by their values, or the other way round: one of each. */
  readonly variants = new Map<string, Json>()
  readonly #flag: string
  readonly #notes: Notes
  readonly #rules: FlagRule[] = []
  readonly #prerequisites: FlagSettings['prerequisites'] = []

  constructor(flag: string, notes: Notes) {
    this.#flag = flag
    this.#notes = notes
  }

  add(rule: Rule, id: string): void {
    try {
      for (const field of UNKNOWN) {
        if (field in rule) throw new Lost(`Its ${field} has no counterpart.`)
      }
      if (this.#isGate(rule)) return
      this.#rules.push(this.#ruleOf(rule, id))
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      this.#notes.lost(error.message, id)
    }
  }

  all(): FlagSettings {
    return { enabled: true, prerequisites: this.#prerequisites, rules: withIds(this.#rules) }
  }

  /** Prerequisites come as rules that serve nothing; ours stand before all rules. */
  #isGate({ parentConditions = [], force, variations }: Rule): boolean {
    if (parentConditions.length === 0) return false
    const isPlain = force === undefined && variations === undefined && this.#rules.length === 0
    for (const { id, condition, gate } of parentConditions) {
      const value = valueAsked(condition)
      if (!isPlain || gate !== true || value === undefined) {
        throw new Lost(
          `That ${id} meets a condition: here a flag needs another’s value, before all rules.`,
        )
      }
      this.#prerequisites.push({ flag: flagNameOf(id), value })
    }
    return true
  }

  #ruleOf(rule: Rule, id: string): FlagRule {
    const { condition, force, coverage, variations, seed } = rule
    const aimed = {
      id,
      ...(rule.name && { description: rule.name.slice(0, 1000) }),
      ...(condition && { condition }),
    }
    if (variations) return this.#experimentOf(rule, variations, aimed)
    if (force === undefined) throw new Lost('It serves nothing.')
    if (coverage === undefined) return { type: 'force', ...aimed, value: force }
    return {
      type: 'rollout',
      ...aimed,
      value: force,
      percentage: percentOf(coverage),
      attribute: this.#drawnBy(rule, id),
      ...(seed && { salt: seed.slice(0, 100) }),
    }
  }

  #experimentOf(rule: Rule, variations: readonly Json[], aimed: { id: string }): FlagRule {
    const { weights, coverage = 1, meta = [], seed, key } = rule
    const shares = percentagesOf(weights ?? variations.map(() => 1))
    return {
      type: 'experiment',
      ...aimed,
      key: partNameOf(key ?? this.#flag),
      status: 'running',
      variations: variations.map((value, index) => {
        return {
          variant: this.#nameOf(value, meta[index]?.key ?? String(index)),
          weight: shares[index] ?? 0,
        }
      }),
      coverage: percentOf(coverage),
      attribute: this.#drawnBy(rule, aimed.id),
      ...(seed && { salt: seed.slice(0, 100) }),
      phase: 0,
      excludeEarlier: false,
    }
  }

  /** Of a variant with this value; another of the name gets a number. */
  #nameOf(value: Json, wanted: string): string {
    const base = partNameOf(wanted, 90)
    const text = JSON.stringify(value)
    for (let count = 1; ; count++) {
      const name = count === 1 ? base : `${base}-${count}`
      const found = this.variants.get(name)
      if (found === undefined) this.variants.set(name, value)
      if (found === undefined || JSON.stringify(found) === text) return name
    }
  }

  /** Version 1 of the hash, which rules that name none have, draws other units. */
  #drawnBy({ hashVersion = 1, hashAttribute = 'id', minBucketVersion }: Rule, id: string): string {
    if (hashVersion !== 2)
      this.#notes.differs('The same shares, of other units: the hash is version 2 here.', id)
    if (minBucketVersion !== undefined) {
      this.#notes.differs('Who was assigned before is assigned anew: phases begin again.', id)
    }
    return hashAttribute
  }
}

/** The one value that `{ value: … }` asks for. */
function valueAsked(condition: Readonly<Record<string, Json>>): Json | undefined {
  const { value } = condition
  if (Object.keys(condition).length !== 1 || value === undefined) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const [[operator, expected] = []] = Object.entries(value)
  return operator === '$eq' && Object.keys(value).length === 1 ? expected : undefined
}
