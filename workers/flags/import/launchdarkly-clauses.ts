/** LaunchDarkly's clauses on a context, as conditions of ours. */
import { z } from 'zod'
import { type Json, JsonValue } from '../model-schemas.ts'
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

export const Clause = z.looseObject({
  attribute: z.string(),
  op: z.string(),
  values: z.array(JsonValue),
  negate: z.boolean().nullish(),
  contextKind: z.string().nullish(),
})
type Clause = z.infer<typeof Clause>

const ORDERS: Readonly<Record<string, string>> = {
  lessThan: '$lt',
  lessThanOrEqual: '$lte',
  greaterThan: '$gt',
  greaterThanOrEqual: '$gte',
  semVerEqual: '$veq',
  semVerLessThan: '$vlt',
  semVerGreaterThan: '$vgt',
}

const TEXTS = { startsWith: 'starts', endsWith: 'ends', contains: 'contains' } as const

/** Attributes may be paths there: `/address/city`. */
export function launchDarklyAttribute(name: string): string {
  if (name === 'key') return UNIT
  return name.startsWith('/') ? name.slice(1).replaceAll('/', '.') : name
}

/** A clause on what the context does not have is not met, negated or not. @throws Lost */
export function clauseCondition(clause: Clause): Condition {
  const { attribute: given, negate, contextKind } = clause
  if (contextKind != null && contextKind !== 'user') {
    throw new Lost(`Contexts of kind ${contextKind} are not told apart here.`)
  }
  const attribute = launchDarklyAttribute(given)
  const condition = plainCondition(attribute, clause)
  if (negate !== true) return condition
  return { $and: [{ [attribute]: { $exists: true } }, not(condition)] }
}

function plainCondition(attribute: string, { op, values }: Clause): Condition {
  if (op === 'in') return isIn(attribute, values)
  if (isText(op)) return textCondition(attribute, TEXTS[op], texts(values))
  if (op === 'matches') return any(texts(values).map((one) => patternCondition(attribute, one)))
  const order = Object.hasOwn(ORDERS, op) ? ORDERS[op] : undefined
  if (order !== undefined) return any(values.map((value) => ({ [attribute]: { [order]: value } })))
  const why = op === 'before' || op === 'after' ? ': evaluation knows no time, a schedule does' : ''
  throw new Lost(`The operator ${op} has no counterpart${why}.`)
}

const isText = (op: string): op is keyof typeof TEXTS => Object.hasOwn(TEXTS, op)

function texts(values: readonly Json[]): string[] {
  if (values.length === 0) throw new Lost('It names nothing to compare with.')
  return values.map((value) => {
    if (typeof value !== 'string') throw new Lost('It looks for something that is no text.')
    return value
  })
}
