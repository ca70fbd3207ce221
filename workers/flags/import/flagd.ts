/**
 * flagd's flag definitions (schema https://flagd.dev/schema/v0/flags.json): variants, a default, and
 * targeting in JsonLogic. It knows no environments, so what it says holds in each of ours.
 */
import { z } from 'zod'
import type { Json } from '../engine/payload.ts'
import { type FlagDocument, type FlagRule, JsonValue } from '../model-schemas.ts'
import { type Condition, all } from './conditions.ts'
import {
  EMPTY_DOCUMENT,
  everywhere,
  flagNameOf,
  type Imported,
  type ImportedFlag,
  Lost,
  Notes,
  partNameOf,
  percentagesOf,
  readExport,
  type Target,
  typeOfValues,
  withIds,
} from './imported.ts'
import { evaluatorsOf, jsonLogicCondition, type Evaluators } from './json-logic.ts'

const FlagdFlag = z.looseObject({
  state: z.enum(['ENABLED', 'DISABLED']),
  variants: z.record(z.string(), JsonValue),
  defaultVariant: z.string().nullish(),
  targeting: JsonValue.optional(),
  metadata: z.record(z.string(), JsonValue).optional(),
})
type FlagdFlag = z.infer<typeof FlagdFlag>

const Export = z.looseObject({
  flags: z.record(z.string(), FlagdFlag),
  $evaluators: z.record(z.string(), JsonValue).optional(),
})

/** @throws ImportError */
export function importFlagd(document: unknown, target: Target): Imported {
  const { flags, $evaluators = {} } = readExport(Export, document)
  const evaluators = evaluatorsOf($evaluators)
  const notes = new Notes()
  const converted = Object.entries(flags).flatMap(([key, flag]): ImportedFlag[] => {
    try {
      return [flagOf(key, flag, evaluators, target)]
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      notes.lost(`${key}: ${error.message}`)
      return []
    }
  })
  return { flags: converted, segments: [], notes: notes.all }
}

function flagOf(
  key: string,
  { state, variants: given, defaultVariant, targeting, metadata = {} }: FlagdFlag,
  evaluators: Evaluators,
  target: Target,
): ImportedFlag {
  const notes = new Notes()
  const name = flagNameOf(key)
  const variants = Object.fromEntries(
    Object.entries(given).map(([variant, value]) => [partNameOf(variant), value]),
  )
  const [first] = Object.keys(variants)
  if (first === undefined) throw new Lost('It has no variants.')
  const fallback = partNameOf(defaultVariant ?? first)
  const defaultValue = variants[fallback]
  if (defaultValue === undefined) throw new Lost(`It has no variant ${fallback}.`)
  if (defaultVariant == null) {
    notes.differs(`It has no default variant: ${fallback} is served where code’s default was.`)
  }
  const rules = new Targeting(name, variants, fallback, evaluators, notes).rulesOf(targeting)
  const document: FlagDocument = {
    ...EMPTY_DOCUMENT,
    enabled: state === 'ENABLED',
    type: typeOfValues(Object.values(variants)),
    defaultValue,
    variants,
    metadata,
    environments: everywhere(target, { enabled: true, prerequisites: [], rules: withIds(rules) }),
  }
  return { source: key, name, document, notes: notes.all }
}

/** JsonLogic that chooses a variant, as rules: each branch of an `if` is one, with the conditions around it. */
class Targeting {
  readonly #flag: string
  readonly #variants: Readonly<Record<string, Json>>
  readonly #fallback: string
  readonly #evaluators: Evaluators
  readonly #notes: Notes
  readonly #rules: FlagRule[] = []

  constructor(
    flag: string,
    variants: Readonly<Record<string, Json>>,
    fallback: string,
    evaluators: Evaluators,
    notes: Notes,
  ) {
    this.#flag = flag
    this.#variants = variants
    this.#fallback = fallback
    this.#evaluators = evaluators
    this.#notes = notes
  }

  rulesOf(targeting: Json | undefined): FlagRule[] {
    if (isObject(targeting) && Object.keys(targeting).length > 0) this.#choose(targeting, [])
    return this.#rules
  }

  #choose(chosen: Json | undefined, within: readonly Condition[]): void {
    const id = `targeting-${this.#rules.length + 1}`
    try {
      if (isObject(chosen) && Array.isArray(chosen['if']))
        return this.#branches(chosen['if'], within)
      this.#rules.push(this.#ruleOf(id, chosen, within))
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      this.#notes.lost(error.message, id)
    }
  }

  /** Condition, value, condition, value, and at last what holds otherwise. */
  #branches(parts: readonly Json[], within: readonly Condition[]): void {
    for (let at = 0; at + 1 < parts.length; at += 2) {
      const condition = jsonLogicCondition(parts[at] ?? null, this.#evaluators)
      this.#choose(parts[at + 1], [...within, condition])
    }
    const otherwise = parts.length % 2 === 1 ? parts.at(-1) : null
    // At the top the flag's default value says the same.
    if (otherwise !== null || within.length > 0) this.#choose(otherwise, within)
  }

  #ruleOf(id: string, chosen: Json | undefined, within: readonly Condition[]): FlagRule {
    const condition = all(within)
    const aimed = { id, ...(condition && { condition }) }
    if (isObject(chosen) && Array.isArray(chosen['fractional'])) {
      return this.#split(aimed, chosen['fractional'])
    }
    return { type: 'force', ...aimed, variant: this.#variantOf(chosen) }
  }

  #variantOf(chosen: Json | undefined): string {
    if (chosen === null || chosen === undefined) return this.#fallback
    if (typeof chosen === 'object') throw new Lost('It chooses by an expression that is not known.')
    const variant = partNameOf(String(chosen))
    if (!Object.hasOwn(this.#variants, variant)) throw new Lost(`There is no variant ${variant}.`)
    return variant
  }

  /** The first item may say what decides; each of the others is a variant and its weight. */
  #split(aimed: { id: string; condition?: Condition }, parts: readonly Json[]): FlagRule {
    const [head] = parts
    const isKeyed = !Array.isArray(head)
    const attribute = isKeyed ? attributeOf(head) : 'id'
    const arms = (isKeyed ? parts.slice(1) : parts).map((arm) => {
      const [variant, weight = 1] = Array.isArray(arm) ? arm : []
      if (typeof weight !== 'number') throw new Lost('A weight that is computed has no place here.')
      return { variant: this.#variantOf(variant), weight }
    })
    const weights = percentagesOf(arms.map(({ weight }) => weight))
    this.#notes.differs('The same shares, of other units: another hash draws them.', aimed.id)
    const [only] = arms
    if (arms.length === 1 && only) return { type: 'force', ...aimed, variant: only.variant }
    return {
      type: 'experiment',
      ...aimed,
      key: partNameOf(`${this.#flag}.${aimed.id}`),
      status: 'running',
      variations: arms.map(({ variant }, index) => ({ variant, weight: weights[index] ?? 0 })),
      coverage: 100,
      attribute,
      phase: 0,
      excludeEarlier: false,
    }
  }
}

/** `{"var": "email"}`, or that with the flag's key before it, which is what salts it there. */
function attributeOf(key: Json | undefined): string {
  if (isObject(key) && typeof key['var'] === 'string') {
    return key['var'] === 'targetingKey' ? 'id' : key['var']
  }
  if (isObject(key) && Array.isArray(key['cat'])) {
    const vars = key['cat'].filter((part) => isObject(part) && part['var'] !== '$flagd.flagKey')
    if (vars.length === 1) return attributeOf(vars[0])
  }
  throw new Lost('What decides the share is an expression; here it is one attribute.')
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
