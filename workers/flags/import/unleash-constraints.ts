/** Unleash's constraints on the context, as conditions of ours. */
import { z } from 'zod'
import {
  any,
  type Condition,
  isIn,
  not,
  patternCondition,
  textCondition,
  UNIT,
} from './conditions.ts'
import { Lost } from './imported.ts'

export const Constraint = z.looseObject({
  contextName: z.string(),
  operator: z.string(),
  values: z.array(z.string()).nullish(),
  value: z.string().nullish(),
  inverted: z.boolean().nullish(),
  caseInsensitive: z.boolean().nullish(),
})
type Constraint = z.infer<typeof Constraint>

const NUMBERS: Readonly<Record<string, string>> = {
  NUM_EQ: '$eq',
  NUM_GT: '$gt',
  NUM_GTE: '$gte',
  NUM_LT: '$lt',
  NUM_LTE: '$lte',
}

const VERSIONS: Readonly<Record<string, string>> = {
  SEMVER_EQ: '$veq',
  SEMVER_GT: '$vgt',
  SEMVER_GTE: '$vgte',
  SEMVER_LT: '$vlt',
  SEMVER_LTE: '$vlte',
}

const TEXTS = {
  STR_STARTS_WITH: 'starts',
  STR_ENDS_WITH: 'ends',
  STR_CONTAINS: 'contains',
} as const

/** Of Unleash's context: by default the user, or else the session, decides. */
export const unleashAttribute = (name: string): string =>
  name === 'userId' || name === 'default' ? UNIT : name

/** @throws Lost naming what has no counterpart */
export function constraintCondition(constraint: Constraint): Condition {
  const condition = plainCondition(constraint)
  return constraint.inverted === true ? not(condition) : condition
}

function plainCondition({
  contextName,
  operator,
  values,
  value,
  caseInsensitive,
}: Constraint): Condition {
  const attribute = unleashAttribute(contextName)
  const all = values ?? []
  const one = value ?? all[0] ?? ''
  const folds = caseInsensitive === true
  if (operator === 'IN') return isIn(attribute, all)
  if (operator === 'NOT_IN') return { [attribute]: { $nin: all } }
  if (operator === 'REGEX') return patternCondition(attribute, one, folds)
  if (isText(operator)) return textCondition(attribute, TEXTS[operator], nonEmpty(all), folds)
  const order = NUMBERS[operator]
  if (order !== undefined) return numbered(attribute, order, one)
  const version = VERSIONS[operator]
  if (version !== undefined) return { [attribute]: { [version]: one } }
  const why = operator.startsWith('DATE_') ? ': evaluation knows no time, a schedule does' : ''
  throw new Lost(`The operator ${operator} on ${contextName} has no counterpart${why}.`)
}

const isText = (operator: string): operator is keyof typeof TEXTS => Object.hasOwn(TEXTS, operator)

/** A context may bring the number as a number or as a text. */
function numbered(attribute: string, order: string, value: string): Condition {
  const number = Number(value)
  if (value.trim() === '' || !Number.isFinite(number)) throw new Lost(`${value} is no number.`)
  if (order !== '$eq') return { [attribute]: { [order]: number } }
  return any([{ [attribute]: number }, { [attribute]: value }])
}

function nonEmpty(values: readonly string[]): readonly string[] {
  if (values.length === 0) throw new Lost('It names nothing to compare with.')
  return values
}
