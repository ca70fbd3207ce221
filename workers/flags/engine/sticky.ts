/**
 * Sticky bucketing: a unit keeps the variation it got, whatever becomes of weights and conditions,
 * until the experiment opens a new bucket version.
 */
import type { Experiment } from './payload.ts'
import { hashReader, type Run } from './run.ts'
import type { Attributes, Read } from './values.ts'

type Assignments = Readonly<Record<string, string>>

/** In place of a variation's index: the unit has none yet. */
export const UNASSIGNED = -1
/** In place of a variation's index: the unit was in a version whose units are to stay out. */
export const BLOCKED = -2

const docKey = (attribute: string, value: unknown) => `${attribute}||${textOf(value)}`
const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

export function compileSticky(experiment: Experiment) {
  const { key, bucketVersion, minBucketVersion = 0, meta = [] } = experiment
  const assignmentKey = `${key}__${bucketVersion || 0}`
  const own = hashReader(experiment.hashAttribute)
  // Without a fallback GrowthBook's SDKs read the document of `id` in its place.
  const fallback = hashReader(experiment.fallbackAttribute)

  const isBlocked = (assigned: string) => {
    const version = assigned.startsWith(`${key}__`) ? assigned.slice(key.length + 2) : ''
    return /^\d+$/.test(version) && Number(version) < minBucketVersion
  }

  const find = (run: Run): number => {
    const { attributes } = run.context
    const second = readDoc(run, fallback, attributes, true)
    const assignments: Assignments = { ...second, ...readDoc(run, own, attributes, false) }
    if (minBucketVersion > 0 && Object.keys(assignments).some(isBlocked)) return BLOCKED
    if (!Object.hasOwn(assignments, assignmentKey)) return UNASSIGNED
    return meta.findIndex((variation) => variation.key === assignments[assignmentKey])
  }

  const store = (run: Run, attributeName: string, value: unknown, variation: string): void => {
    const docs = docKey(attributeName, value)
    const assignments = assignmentsIn(run, docs)
    if (assignments?.[assignmentKey] === variation) return
    const doc = { ...assignments, [assignmentKey]: variation }
    run.changes++
    run.changed ??= new Map()
    run.changed.set(docs, { attributeName, attributeValue: textOf(value), assignments: doc })
  }
  return { find, store }
}

function readDoc(
  run: Run,
  { name, read }: { name: string; read: Read },
  attributes: Attributes,
  isFallback: boolean,
): Assignments | undefined {
  const value = read(attributes)
  return isFallback && !value ? undefined : assignmentsIn(run, docKey(name, value))
}

function assignmentsIn(run: Run, key: string): Assignments | undefined {
  const changed = run.changed?.get(key)
  if (changed) return changed.assignments
  return run.sticky && Object.hasOwn(run.sticky, key) ? run.sticky[key]?.assignments : undefined
}
