/**
 * Sticky bucketing: a unit keeps the variation it got, whatever becomes of weights and conditions,
 * until the experiment opens a new bucket version.
 */
import type { Experiment } from './payload.ts'
import { type Exposure, hashReader, type Run, type Unit } from './run.ts'

type Assignments = Readonly<Record<string, string>>

/** In place of a variation's index: the unit has none yet. */
export const UNASSIGNED = -1
/** In place of a variation's index: the unit was in a version whose units are to stay out. */
export const BLOCKED = -2

const docKey = ({ name, value }: Unit) => `${name}||${textOf(value)}`
const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

export function compileSticky(experiment: Experiment) {
  const { key, bucketVersion, minBucketVersion = 0, meta = [] } = experiment
  const prefix = `${key}__`
  const assignmentKey = prefix + (bucketVersion || 0)
  const own = hashReader(experiment.hashAttribute)
  // Without a fallback GrowthBook's SDKs read the document of `id` in its place.
  const fallback = hashReader(experiment.fallbackAttribute)

  const isBlocked = (assigned: string) =>
    assigned.startsWith(prefix) && Number(assigned.slice(prefix.length)) < minBucketVersion

  const find = (run: Run): number => {
    const { attributes } = run.context
    const second = { name: fallback.name, value: fallback.read(attributes) }
    const assignments = {
      ...(second.value ? assignmentsOf(run, second) : undefined),
      ...assignmentsOf(run, { name: own.name, value: own.read(attributes) }),
    }
    if (minBucketVersion > 0 && Object.keys(assignments).some(isBlocked)) return BLOCKED
    const assigned = assignments[assignmentKey]
    return assigned === undefined ? UNASSIGNED : meta.findIndex((one) => one.key === assigned)
  }

  const store = (run: Run, unit: Unit, { variation }: Exposure): void => {
    const before = assignmentsOf(run, unit)
    if (before?.[assignmentKey] === variation.key) return
    const assignments = { ...before, [assignmentKey]: variation.key }
    const doc = { attributeName: unit.name, attributeValue: textOf(unit.value), assignments }
    run.changes++
    run.changed ??= new Map()
    run.changed.set(docKey(unit), doc)
  }
  return { find, store }
}

function assignmentsOf(run: Run, unit: Unit): Assignments | undefined {
  const key = docKey(unit)
  return (run.changed?.get(key) ?? run.sticky?.[key])?.assignments
}
