/**
 * From flags as they are written to the payload of GrowthBook's SDKs, which the engine and every such SDK
 * evaluate. Order in a flag: switches, overrides, prerequisites, rules, default value. Nothing in a
 * payload tells the time: the same model gives the same text.
 */
import type { Condition, Feature, Payload, Rule } from './engine/payload.ts'
import type { ExperimentRule, FlagRule, FlagSettings, Json } from './model-schemas.ts'
import type { Model, ModelFlag, ModelOverride } from './model.ts'

/** What SDKs have no use for, and the protocols need. */
export interface FlagFacts {
  readonly type: ModelFlag['document']['type']
  readonly clientVisible: boolean
  /** Values by name; left out where there are none. */
  readonly variants?: ModelFlag['document']['variants']
  readonly metadata?: ModelFlag['document']['metadata']
}

export interface SnapshotPayload extends Payload {
  readonly features: Readonly<Record<string, Feature>>
  readonly savedGroups: Readonly<Record<string, unknown>>
  readonly flags: Readonly<Record<string, FlagFacts>>
}

const ALL_ON: FlagSettings = { enabled: true, prerequisites: [], rules: [] }

export const settingsOf = ({ document }: ModelFlag, environment: string): FlagSettings =>
  document.environments[environment] ?? ALL_ON

/** @param isKilled Whether the environment's kill switch is pulled; as the model has it when left out */
export function compilePayload(
  model: Model,
  environment: string,
  isKilled = model.environments.get(environment)?.killed === true,
): SnapshotPayload {
  const overrides = Map.groupBy(
    [...model.overrides.values()].filter((override) => override.environment === environment),
    ({ flag }) => flag,
  )
  const features: Record<string, Feature> = {}
  const flags: Record<string, FlagFacts> = {}
  const savedGroups: Record<string, unknown> = {}
  for (const [name, flag] of model.flags) {
    const { document } = flag
    flags[name] = factsOf(document)
    const settings = settingsOf(flag, environment)
    const isOn = !isKilled && document.enabled && settings.enabled
    if (!isOn) {
      features[name] = {}
      continue
    }
    const forced = compileOverrides(name, overrides.get(name) ?? [], savedGroups)
    const rules = [...forced, ...gatesOf(settings), ...settings.rules.flatMap(compileRule(flag))]
    const defaultValue = settings.defaultValue ?? document.defaultValue
    features[name] = { defaultValue, ...(rules.length > 0 && { rules }) }
  }
  for (const [name, { body }] of model.segments) {
    savedGroups[name] =
      body.type === 'list'
        ? { type: 'list', attributeKey: body.attribute, values: body.values }
        : body
  }
  return { features, savedGroups, flags }
}

function factsOf({ type, clientVisible, variants, metadata }: ModelFlag['document']): FlagFacts {
  return {
    type,
    clientVisible,
    ...(Object.keys(variants).length > 0 && { variants }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  }
}

/** One rule per value, over a group of the units that have it: a lookup, however many they are. */
function compileOverrides(
  flag: string,
  overrides: readonly ModelOverride[],
  savedGroups: Record<string, unknown>,
): Rule[] {
  const byValue = Map.groupBy(overrides, ({ value }) => canonicalText(value))
  return [...byValue.keys()].toSorted().flatMap((text, index) => {
    const units = byValue.get(text) ?? []
    const [first] = units
    if (!first) return []
    // A slash is in no segment's name.
    const group = `override/${flag}/${index}`
    savedGroups[group] = units.map(({ unitId }) => unitId).toSorted()
    return [{ id: `override-${index}`, condition: { id: { $inGroup: group } }, force: first.value }]
  })
}

const gatesOf = ({ prerequisites }: FlagSettings): Rule[] =>
  prerequisites.map(({ flag, value }) => {
    return { parentConditions: [{ id: flag, condition: { value }, gate: true }] }
  })

/** A rule that serves a variant there is not compiles to none; lint refuses it before. */
const compileRule =
  (flag: ModelFlag) =>
  (rule: FlagRule): Rule[] => {
    const condition = audienceOf(rule)
    const aimed = { id: rule.id, ...(condition && { condition }) }
    if (rule.type === 'experiment') return compileExperiment(flag, rule, aimed)
    const force = servedValue(flag, rule)
    if (force === undefined) return []
    if (rule.type === 'force') return [{ ...aimed, force }]
    const { percentage, attribute, salt = flag.name } = rule
    const draw = {
      coverage: percentage / 100,
      hashAttribute: attribute,
      hashVersion: 2,
      seed: salt,
    }
    return [{ ...aimed, force, ...draw }]
  }

function compileExperiment(flag: ModelFlag, rule: ExperimentRule, aimed: Rule): Rule[] {
  const { key, status, variations, coverage, attribute, phase, excludeEarlier } = rule
  if (status !== 'running') return []
  return [
    {
      ...aimed,
      key,
      variations: variations.map(({ variant }) => flag.document.variants[variant] ?? null),
      weights: variations.map(({ weight }) => weight / 100),
      meta: variations.map(({ variant }) => ({ key: variant })),
      coverage: coverage / 100,
      hashAttribute: attribute,
      hashVersion: 2,
      seed: rule.salt ?? key,
      phase: String(phase),
      bucketVersion: phase,
      ...(excludeEarlier && { minBucketVersion: phase }),
    },
  ]
}

/** The value a rule gives, by itself or by a variant's name. */
export function servedValue(
  { document }: Pick<ModelFlag, 'document'>,
  { value, variant }: { value?: Json | undefined; variant?: string | undefined },
): Json | undefined {
  return variant === undefined ? value : document.variants[variant]
}

function audienceOf({ condition, segments = [] }: FlagRule): Condition | undefined {
  const groups = segments.map((id) => ({ $savedGroup: { id } }))
  if (groups.length === 0) return condition
  return { $and: [...(condition ? [condition] : []), ...groups] }
}

/** JSON with the keys of every object in order, so that equal values are equal texts. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item
    return Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}
