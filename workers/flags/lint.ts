/**
 * What a change of flags may not lead to. Looked at are the flags that changed, and what others need of
 * them; each refusal names its rule, where it is, and what to do. What an engine cannot take is refused
 * by compiling (publish-service.ts), for there the limits are.
 */
import { Validator } from '@cfworker/json-schema'
import { canonicalText, servedValue, settingsOf } from './compile.ts'
import type { ExperimentRule, FlagRule, FlagSettings, Json } from './model-schemas.ts'
import type { Model, ModelFlag } from './model.ts'

export interface Finding {
  readonly rule: string
  /** RFC 6901, in the flag. */
  readonly pointer: string
  /** What is wrong, and how to put it right. */
  readonly detail: string
}

export function lintChange(before: Model, after: Model): Finding[] {
  const changed = [...after.flags.values()].filter(
    ({ name, document }) => before.flags.get(name)?.document !== document,
  )
  return [
    ...changed.flatMap((flag) => lintFlag(before, after, flag)),
    ...lintOverrides(before, after),
    ...[...after.environments.keys()].flatMap((environment) => findCycles(after, environment)),
    ...lintRemovals(before, after),
  ]
}

export function lintFlag(before: Model, after: Model, flag: ModelFlag): Finding[] {
  const { document, name } = flag
  const isFit = checkerOf(flag)
  const values: [string, Json][] = [
    ['/defaultValue', document.defaultValue],
    ...Object.entries(document.variants).map(([key, value]): [string, Json] => [
      `/variants/${key}`,
      value,
    ]),
  ]
  return [
    ...values.flatMap(([pointer, value]) => isFit(pointer, value)),
    ...Object.entries(document.environments).flatMap(([environment, settings]) => {
      const pointer = `/environments/${environment}`
      if (!after.environments.has(environment)) {
        const detail = `There is no environment ${environment}: create it first.`
        return [{ rule: 'unknown-environment', pointer, detail }]
      }
      const last = before.flags.get(name)
      return [
        ...lintSettings(after, flag, settings, pointer, isFit),
        ...(last ? lintExperiments(settingsOf(last, environment), settings, pointer) : []),
      ]
    }),
  ]
}

type Check = (pointer: string, value: Json) => Finding[]

/** Whether a value is of the flag's type, and as its JSON Schema has it. */
function checkerOf({ document: { type, jsonSchema } }: ModelFlag): Check {
  return (pointer, value) => {
    if (type === 'json' && Array.isArray(value)) {
      const detail = 'OFREP carries objects and no lists: put the list in one, {"items": […]}.'
      return [{ rule: 'value-type', pointer, detail }]
    }
    const isTyped = type === 'json' ? value !== null : typeof value === type
    if (!isTyped) {
      const detail = `A ${type} flag cannot have the value ${JSON.stringify(value)}: give it a ${type}.`
      return [{ rule: 'value-type', pointer, detail }]
    }
    if (!jsonSchema || meets(jsonSchema, value)) return []
    const detail = `${JSON.stringify(value)} is not what jsonSchema allows: change one of the two.`
    return [{ rule: 'json-schema', pointer, detail }]
  }
}

/** A schema that cannot be read, such as one with a reference to nowhere, is met by nothing. */
function meets(schema: object, value: Json): boolean {
  try {
    return new Validator(schema, '2020-12', true).validate(value).valid
  } catch {
    return false
  }
}

function lintSettings(
  model: Model,
  flag: ModelFlag,
  { defaultValue, prerequisites, rules }: FlagSettings,
  pointer: string,
  isFit: Check,
): Finding[] {
  const seen = new Set<string>()
  return [
    ...(defaultValue === undefined ? [] : isFit(`${pointer}/defaultValue`, defaultValue)),
    ...prerequisites.flatMap(({ flag: parent }, index) => {
      if (model.flags.has(parent)) return []
      const detail = `There is no flag ${parent}: create it, or take the prerequisite out.`
      return [
        { rule: 'unknown-prerequisite', pointer: `${pointer}/prerequisites/${index}`, detail },
      ]
    }),
    ...rules.flatMap((rule, index) => {
      const at = `${pointer}/rules/${index}`
      const isTwice = seen.has(rule.id)
      seen.add(rule.id)
      return [
        ...(isTwice ? [twice(rule, at)] : []),
        ...lintSegments(model, rule, at),
        ...(rule.type === 'experiment'
          ? lintVariations(flag, rule, at)
          : lintServed(flag, rule, at, isFit)),
      ]
    }),
  ]
}

const twice = ({ id }: FlagRule, pointer: string): Finding => {
  return {
    rule: 'rule-id',
    pointer,
    detail: `Two rules are named ${id}: give each an id of its own.`,
  }
}

const lintSegments = (model: Model, { segments = [] }: FlagRule, pointer: string): Finding[] =>
  segments
    .filter((name) => !model.segments.has(name))
    .map((name) => {
      const detail = `There is no segment ${name}: create it, or take it out.`
      return { rule: 'unknown-segment', pointer: `${pointer}/segments`, detail }
    })

function lintServed(
  flag: ModelFlag,
  rule: Exclude<FlagRule, ExperimentRule>,
  pointer: string,
  isFit: Check,
): Finding[] {
  if ((rule.value === undefined) === (rule.variant === undefined)) {
    const detail = 'A rule serves either a value or a variant: name one of the two.'
    return [{ rule: 'served-value', pointer, detail }]
  }
  const value = servedValue(flag, rule)
  if (value === undefined) return [undefinedVariant(rule.variant ?? '', `${pointer}/variant`)]
  return rule.variant === undefined ? isFit(`${pointer}/value`, value) : []
}

const undefinedVariant = (variant: string, pointer: string): Finding => {
  const detail = `The flag has no variant ${variant}: add it to variants, or serve another.`
  return { rule: 'undefined-variant', pointer, detail }
}

function lintVariations(flag: ModelFlag, rule: ExperimentRule, pointer: string): Finding[] {
  const at = `${pointer}/variations`
  const total = rule.variations.reduce((sum, { weight }) => sum + Math.round(weight * 100), 0)
  const detail = `The weights add up to ${total / 100}, not to 100: change them.`
  return [
    ...rule.variations
      .filter(({ variant }) => !Object.hasOwn(flag.document.variants, variant))
      .map(({ variant }) => undefinedVariant(variant, at)),
    ...(total === 10_000 ? [] : [{ rule: 'weights', pointer: at, detail }]),
  ]
}

/** Units that were assigned would be drawn anew without a word, and results mixed of two experiments. */
function lintExperiments(before: FlagSettings, after: FlagSettings, pointer: string): Finding[] {
  return after.rules.flatMap((rule, index) => {
    if (rule.type !== 'experiment' || rule.status !== 'running') return []
    const last = before.rules.find((one) => one.type === 'experiment' && one.key === rule.key)
    if (last?.type !== 'experiment' || last.status !== 'running') return []
    if (rule.phase > last.phase || drawOf(rule) === drawOf(last)) return []
    const detail = `Experiment ${rule.key} is running: a change of its salt, attribute, variations or weights needs a new phase, ${last.phase + 1}.`
    return [{ rule: 'running-experiment', pointer: `${pointer}/rules/${index}`, detail }]
  })
}

const drawOf = ({ variations, salt, attribute }: ExperimentRule) =>
  canonicalText({ variations, salt, attribute })

function lintOverrides(before: Model, after: Model): Finding[] {
  return [...after.overrides].flatMap(([key, override]) => {
    const owner = after.flags.get(override.flag)
    const isSame = before.overrides.get(key) === override
    if (!owner || (isSame && before.flags.get(override.flag) === owner)) return []
    return checkerOf(owner)('/value', override.value)
  })
}

function findCycles(model: Model, environment: string): Finding[] {
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]): Finding[] => {
    if (path.includes(name)) {
      const circle = [...path.slice(path.indexOf(name)), name].join(' → ')
      const detail = `In ${environment} flags need each other (${circle}): take one prerequisite out.`
      return [{ rule: 'cycle', pointer: `/environments/${environment}/prerequisites`, detail }]
    }
    const flag = model.flags.get(name)
    if (!flag || done.has(name)) return []
    const { prerequisites } = settingsOf(flag, environment)
    const found = prerequisites.flatMap((one) => visit(one.flag, [...path, name]))
    done.add(name)
    return found
  }
  return [...model.flags.keys()].flatMap((name) => visit(name, []))
}

/** What is gone may not be needed by what stays. */
function lintRemovals(before: Model, after: Model): Finding[] {
  const goneFlags = [...before.flags.keys()].filter((name) => !after.flags.has(name))
  const goneSegments = [...before.segments.keys()].filter((name) => !after.segments.has(name))
  if (goneFlags.length === 0 && goneSegments.length === 0) return []
  return [...after.flags.values()].flatMap(({ name, document }) =>
    Object.entries(document.environments).flatMap(([environment, { prerequisites, rules }]) => {
      const needed = [
        ...prerequisites.map(({ flag }) => flag).filter((one) => goneFlags.includes(one)),
        ...rules
          .flatMap(({ segments = [] }) => segments)
          .filter((one) => goneSegments.includes(one)),
      ]
      return needed.map((one) => {
        const detail = `${one} is needed by ${name} in ${environment}: take it out there first.`
        return { rule: 'in-use', pointer: '', detail }
      })
    }),
  )
}
