/**
 * What a search asks of the attributes of documents, in the shape of OpenAI's vector-store filters, as
 * a jsonpath predicate Postgres evaluates inside the search. `ne` and `nin` hold for documents without
 * the attribute too, and values of different types are never equal nor in any order.
 */
import { type AttributeValue, normalValue } from './attributes.ts'

export type Filter =
  | { type: 'and' | 'or'; filters: Filter[] }
  | { type: 'in' | 'nin'; key: string; value: AttributeValue[] }
  | { type: 'eq' | 'ne'; key: string; value: AttributeValue }
  | { type: 'gt' | 'gte' | 'lt' | 'lte'; key: string; value: string | number }

const ORDERS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const
const JOINTS = { and: ' && ', or: ' || ' } as const

export function jsonpathOf(filter: Filter): string {
  switch (filter.type) {
    case 'and':
    case 'or':
      return `(${filter.filters.map(jsonpathOf).join(JOINTS[filter.type])})`
    case 'eq':
      return equals(filter.key, [filter.value])
    case 'in':
      return equals(filter.key, filter.value)
    case 'ne':
      return differs(filter.key, [filter.value])
    case 'nin':
      return differs(filter.key, filter.value)
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return `(${member(filter.key)} ${ORDERS[filter.type]} ${literal(filter.value)})`
  }
}

const equals = (key: string, values: readonly AttributeValue[]) =>
  `(${values.map((value) => `${member(key)} == ${literal(value)}`).join(' || ')})`

/** A comparison with a value of another type is unknown, and so would be its opposite. */
const differs = (key: string, values: readonly AttributeValue[]) =>
  `(${values
    .map((value) => `${member(key)} == ${literal(value)}`)
    .map((same) => `(!(${same}) || (${same}) is unknown)`)
    .join(' && ')})`

/** JSON's strings and numbers are jsonpath's too. */
const member = (key: string) => `$.${JSON.stringify(key)}`
const literal = (value: AttributeValue) => JSON.stringify(normalValue(value))

/** How deep it is nested, and how many comparisons it has. */
export function sizeOf(filter: Filter): { depth: number; comparisons: number } {
  if (filter.type === 'in' || filter.type === 'nin')
    return { depth: 1, comparisons: filter.value.length }
  if (filter.type !== 'and' && filter.type !== 'or') return { depth: 1, comparisons: 1 }
  const sizes = filter.filters.map(sizeOf)
  return {
    depth: 1 + Math.max(...sizes.map(({ depth }) => depth)),
    comparisons: sizes.reduce((sum, { comparisons }) => sum + comparisons, 0),
  }
}
