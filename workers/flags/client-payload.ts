/**
 * What of a snapshot goes to an application that evaluates by itself: the flags it may see, those they
 * depend on, and the groups these refer to. Who evaluates must see the rules, so what is marked for
 * clients is public, rules and groups included.
 */
import type { Audience } from './answers.ts'
import type { SnapshotPayload } from './compile.ts'
import type { Feature, Payload } from './engine/payload.ts'
import { isRecord } from './engine/values.ts'

export function clientPayload(payload: SnapshotPayload, audience: Audience): Payload {
  const names = Object.keys(payload.features)
  const visible = names.filter(
    (name) => audience === 'server' || payload.flags[name]?.clientVisible === true,
  )
  const features = pick(
    payload.features,
    closure(visible, (name) => parentsOf(payload, name)),
  )
  const bandits = pick(payload.contextualBandits ?? {}, banditsOf(Object.values(features)))
  const groups = closure(groupsIn([features, bandits]), (id) => groupsIn(payload.savedGroups[id]))
  return {
    features,
    savedGroups: pick(payload.savedGroups, groups),
    ...(Object.keys(bandits).length > 0 && { contextualBandits: bandits }),
  }
}

const parentsOf = ({ features }: SnapshotPayload, name: string): string[] =>
  (features[name]?.rules ?? [])
    .flatMap(({ parentConditions = [] }) => parentConditions)
    .map(({ id }) => id)

const banditsOf = (features: readonly Feature[]): string[] =>
  features
    .flatMap(({ rules = [] }) => rules)
    .flatMap(({ contextualBanditRef: ref }) => (ref ? [ref] : []))

/** Ids of the saved groups that conditions anywhere in `value` refer to. */
function groupsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(groupsIn)
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, part]) => {
    const id = key === '$savedGroup' && isRecord(part) ? part['id'] : part
    const isReference = key === '$savedGroup' || key === '$inGroup' || key === '$notInGroup'
    return isReference && typeof id === 'string' ? [id] : groupsIn(part)
  })
}

/** `names`, and whatever they lead to. */
function closure(names: readonly string[], next: (name: string) => string[]): Set<string> {
  const found = new Set<string>()
  const open = [...names]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue
    found.add(name)
    open.push(...next(name))
  }
  return found
}

function pick<Value>(
  all: Readonly<Record<string, Value>>,
  names: Iterable<string>,
): Record<string, Value> {
  const chosen = [...names].toSorted().filter((name) => Object.hasOwn(all, name))
  return Object.fromEntries(chosen.flatMap((name) => entryOf(all, name)))
}

function entryOf<Value>(all: Readonly<Record<string, Value>>, name: string): [string, Value][] {
  const value = all[name]
  return value === undefined ? [] : [[name, value]]
}
