/**
 * LaunchDarkly's flags, as its REST API lists them (`GET /api/v2/flags/{project}?summary=0`): variations by
 * index, and per environment targets, rules, and what all others get.
 */
import { z } from 'zod'
import {
  type FlagDocument,
  type FlagRule,
  type FlagSettings,
  type Json,
  JsonValue,
} from '../model-schemas.ts'
import { all, type Condition, isIn, UNIT } from './conditions.ts'
import {
  EMPTY_DOCUMENT,
  flagNameOf,
  type Imported,
  type ImportedFlag,
  Lost,
  Notes,
  OFF,
  partNameOf,
  percentagesOf,
  readExport,
  tagsOf,
  type Target,
  typeOfValues,
  withIds,
} from './imported.ts'
import { Clause, clauseCondition, launchDarklyAttribute } from './launchdarkly-clauses.ts'

const Rollout = z.looseObject({
  variations: z.array(z.looseObject({ variation: z.int(), weight: z.number() })),
  bucketBy: z.string().nullish(),
  contextKind: z.string().nullish(),
})
const servedFields = { variation: z.int().nullish(), rollout: Rollout.nullish() }
const Served = z.looseObject(servedFields)
type Served = z.infer<typeof Served>

const Rule = z.looseObject({
  ...servedFields,
  _id: z.string().optional(),
  description: z.string().nullish(),
  clauses: z.array(Clause),
})

const Targets = z.looseObject({
  values: z.array(z.string()),
  variation: z.int(),
  contextKind: z.string().nullish(),
})

const Environment = z.looseObject({
  on: z.boolean(),
  salt: z.string().optional(),
  targets: z.array(Targets).nullish(),
  contextTargets: z.array(Targets).nullish(),
  rules: z.array(Rule).nullish(),
  fallthrough: Served.nullish(),
  offVariation: z.int().nullish(),
  prerequisites: z.array(z.looseObject({ key: z.string(), variation: z.int() })).nullish(),
})
type Environment = z.infer<typeof Environment>

const LdFlag = z.looseObject({
  key: z.string(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  variations: z.array(z.looseObject({ value: JsonValue, name: z.string().nullish() })).min(1),
  tags: z.array(z.string()).default([]),
  archived: z.boolean().nullish(),
  clientSideAvailability: z
    .looseObject({
      usingMobileKey: z.boolean().nullish(),
      usingEnvironmentId: z.boolean().nullish(),
    })
    .nullish(),
  environments: z.record(z.string(), Environment),
})
type LdFlag = z.infer<typeof LdFlag>

const Export = z.looseObject({ items: z.array(LdFlag) })

/** @throws ImportError */
export function importLaunchDarkly(document: unknown, target: Target): Imported {
  const { items } = readExport(Export, document)
  const byKey = new Map(items.map((flag) => [flag.key, flag]))
  const notes = new Notes()
  const flags = items.flatMap((flag): ImportedFlag[] => {
    try {
      if (flag.archived === true) throw new Lost('It is archived.')
      return [flagOf(flag, byKey, target)]
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      notes.lost(`${flag.key}: ${error.message}`)
      return []
    }
  })
  return { flags, segments: [], notes: notes.all }
}

function flagOf(flag: LdFlag, byKey: ReadonlyMap<string, LdFlag>, target: Target): ImportedFlag {
  const notes = new Notes()
  const name = flagNameOf(flag.key)
  const names = variantNames(flag)
  const environments: Record<string, FlagSettings> = Object.fromEntries(
    target.environments.map((environment) => [environment, OFF]),
  )
  for (const [source, settings] of Object.entries(flag.environments)) {
    const environment = target.mapping[source]
    if (environment === undefined) {
      notes.lost(`No environment of yours stands for ${source}.`)
      continue
    }
    environments[environment] = new Settings(flag, names, environment, notes).of(settings, byKey)
  }
  const { usingMobileKey, usingEnvironmentId } = flag.clientSideAvailability ?? {}
  const values = flag.variations.map(({ value }) => value)
  const document: FlagDocument = {
    ...EMPTY_DOCUMENT,
    type: typeOfValues(values),
    description: [flag.name, flag.description].filter(Boolean).join(': ').slice(0, 1000),
    defaultValue: values.at(-1) ?? null,
    variants: Object.fromEntries(names.map((variant, index) => [variant, values[index] ?? null])),
    tags: tagsOf(flag.tags),
    clientVisible: usingMobileKey === true || usingEnvironmentId === true,
    environments,
  }
  return { source: flag.key, name, document, notes: notes.all }
}

/** Variations have an index there, and a name only if somebody gave one. */
function variantNames({ variations }: LdFlag): string[] {
  const seen = new Set<string>()
  return variations.map(({ name, value }, index) => {
    const plain = typeof value === 'object' ? `variation-${index}` : String(value)
    const wanted = partNameOf(name || plain)
    const unique = seen.has(wanted) ? `${wanted.slice(0, 90)}-${index}` : wanted
    seen.add(unique)
    return unique
  })
}

/** One environment's part of a flag. */
class Settings {
  readonly #flag: LdFlag
  readonly #variants: readonly string[]
  readonly #environment: string
  readonly #notes: Notes

  constructor(flag: LdFlag, variants: readonly string[], environment: string, notes: Notes) {
    this.#flag = flag
    this.#variants = variants
    this.#environment = environment
    this.#notes = notes
  }

  of(settings: Environment, byKey: ReadonlyMap<string, LdFlag>): FlagSettings {
    const { on, targets, contextTargets, rules, fallthrough, offVariation, salt } = settings
    if (!on && offVariation != null) {
      this.#differs(
        'Off, it has no value here, and code’s default holds; there it served one.',
        null,
      )
    }
    const of = (contextTargets ?? []).filter(({ values }) => values.length > 0)
    const aimed = [...(targets ?? []), ...of].flatMap((one, index) =>
      this.#try(`targets-${index + 1}`, (id): FlagRule => {
        needUsers(one.contextKind)
        return {
          type: 'force',
          id,
          condition: isIn(UNIT, one.values),
          variant: this.#variant(one.variation),
        }
      }),
    )
    const ruled = (rules ?? []).flatMap((rule, index) =>
      this.#try(rule.description || `rule-${index + 1}`, (id) =>
        this.#serve(id, rule, all(rule.clauses.map(clauseCondition)), salt),
      ),
    )
    const last = fallthrough
      ? this.#try('fallthrough', (id) => this.#serve(id, fallthrough, undefined, salt))
      : []
    return {
      enabled: on,
      prerequisites: this.#parents(settings, byKey),
      rules: withIds([...aimed, ...ruled, ...last]),
    }
  }

  #parents({ prerequisites }: Environment, byKey: ReadonlyMap<string, LdFlag>) {
    return (prerequisites ?? []).flatMap(({ key, variation }) => {
      const value: Json | undefined = byKey.get(key)?.variations[variation]?.value
      if (value === undefined) {
        this.#notes.lost(`${key}, which it needs, is not in the export.`, null, this.#environment)
        return []
      }
      this.#differs(
        `Without ${key} it has no value, and code’s default holds; there it was off.`,
        null,
      )
      return [{ flag: flagNameOf(key), value }]
    })
  }

  #serve(id: string, served: Served, condition: Condition | undefined, salt?: string): FlagRule {
    const aimed = { id, ...(condition && { condition }) }
    const { variation, rollout } = served
    if (variation != null) return { type: 'force', ...aimed, variant: this.#variant(variation) }
    if (!rollout) throw new Lost('It serves nothing.')
    needUsers(rollout.contextKind)
    const arms = rollout.variations.filter(({ weight }) => weight > 0)
    const [only] = arms
    if (only && arms.length === 1)
      return { type: 'force', ...aimed, variant: this.#variant(only.variation) }
    const weights = percentagesOf(arms.map(({ weight }) => weight))
    this.#differs('The same shares, of other units: another hash draws them.', id)
    return {
      type: 'experiment',
      ...aimed,
      key: partNameOf(`${flagNameOf(this.#flag.key)}.${id}`),
      status: 'running',
      variations: arms.map((arm, index) => {
        return { variant: this.#variant(arm.variation), weight: weights[index] ?? 0 }
      }),
      coverage: 100,
      attribute: launchDarklyAttribute(rollout.bucketBy || 'key'),
      ...(salt && { salt: salt.slice(0, 100) }),
      phase: 0,
      excludeEarlier: false,
    }
  }

  #variant(index: number): string {
    const found = this.#variants[index]
    if (found === undefined) throw new Lost(`There is no variation ${index}.`)
    return found
  }

  #try(rule: string, make: (id: string) => FlagRule): FlagRule[] {
    try {
      return [make(rule)]
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      this.#notes.lost(error.message, rule, this.#environment)
      return []
    }
  }

  #differs(reason: string, rule: string | null): void {
    this.#notes.differs(reason, rule, this.#environment)
  }
}

/** A context is of one kind here. @throws Lost */
function needUsers(kind: string | null | undefined): void {
  if (kind != null && kind !== 'user')
    throw new Lost(`Contexts of kind ${kind} are not told apart here.`)
}
