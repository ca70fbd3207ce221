/** What a change would do to those who asked before: whose values flip, from what to what. */
import { contextOf } from './answers.ts'
import { canonicalText } from './compile.ts'
import type { Json } from './engine/payload.ts'
import type { Reason } from './engine/run.ts'
import { evaluate } from './engine/snapshot.ts'
import type { Published } from './published.ts'

export interface Outcome {
  /** null: the default in the caller's code. */
  value: Json
  variant: string | null
  reason: Reason
}

export interface Flip {
  from: Outcome
  to: Outcome
  count: number
  /** Some of those it happens to. */
  units: string[]
}

export interface FlagImpact {
  key: string
  flipped: number
  flips: Flip[]
}

/** Units that are named for one kind of flip. */
const NAMED = 10

/** The flag first, then those that depend on it and flip too. */
export function impactOf(
  before: Published,
  after: Published,
  key: string,
  contexts: readonly Readonly<Record<string, unknown>>[],
): FlagImpact[] {
  const [own, ...others] = [key, ...dependentsOf(after, key)].map((name) =>
    flipsOf(before, after, name, contexts),
  )
  return [...(own ? [own] : []), ...others.filter(({ flipped }) => flipped > 0)]
}

function flipsOf(
  before: Published,
  after: Published,
  key: string,
  contexts: readonly Readonly<Record<string, unknown>>[],
): FlagImpact {
  const kinds = new Map<string, Flip>()
  let flipped = 0
  for (const context of contexts) {
    const [from, to] = [outcomeOf(before, key, context), outcomeOf(after, key, context)]
    if (canonicalText(from.value) === canonicalText(to.value)) continue
    flipped++
    const kind = canonicalText([from, to])
    const flip = kinds.get(kind) ?? { from, to, count: 0, units: [] }
    kinds.set(kind, flip)
    flip.count++
    const unit = context['targetingKey'] ?? context['id']
    if (typeof unit === 'string' && flip.units.length < NAMED) flip.units.push(unit)
  }
  const flips = [...kinds.values()].toSorted((a, b) => b.count - a.count)
  return { key, flipped, flips }
}

function outcomeOf(
  { snapshot, flags }: Published,
  key: string,
  context: Readonly<Record<string, unknown>>,
): Outcome {
  const { value, variant, reason } = evaluate(snapshot, key, contextOf({ context }))
  const name = value === null ? undefined : (flags.get(key)?.names.get(value) ?? variant)
  return { value, variant: name ?? null, reason }
}

/** Flags with it as a prerequisite, and those with these. */
function dependentsOf({ payload }: Published, key: string): string[] {
  const found = new Set<string>()
  const open = [key]
  for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
    for (const [name, { rules = [] }] of Object.entries(payload.features)) {
      const parents = rules.flatMap(({ parentConditions = [] }) => parentConditions)
      if (name === key || found.has(name) || !parents.some(({ id }) => id === parent)) continue
      found.add(name)
      open.push(name)
    }
  }
  return [...found].toSorted()
}
