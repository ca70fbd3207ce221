/**
 * A published snapshot, ready to be asked: compiled, and with what OpenFeature is told beside a value.
 * Snapshots are immutable; their version and hash name them.
 */
import { canonicalText, type FlagFacts, type SnapshotPayload } from './compile.ts'
import { admitSnapshot } from './engine/admission.ts'
import { SnapshotError } from './engine/limits.ts'
import type { Feature, Json } from './engine/payload.ts'
import type { Snapshot } from './engine/snapshot.ts'
import { isRecord } from './engine/values.ts'

/** As it is stored, and travels between caches. */
export interface StoredSnapshot {
  readonly version: number
  /** Of the payload's bytes, in hexadecimal. */
  readonly sha256: string
  /** JSON text of a `SnapshotPayload`. */
  readonly payload: string
}

export interface PublishedFlag {
  readonly key: string
  /** Its place among the snapshot's flags. */
  readonly index: number
  readonly isClientVisible: boolean
  /** Names of the values its rules give; objects are told apart by identity. */
  readonly names: ReadonlyMap<Json, string>
  /** Only what OFREP can carry. */
  readonly metadata: Readonly<Record<string, string | number | boolean>>
  /** What it was answered already, for answers.ts to fill. */
  readonly outcomes: Outcome[]
}

/** One of the few ways a flag comes out, as answers to all flags have it. */
export interface Outcome {
  readonly index: number
  readonly value: Json
  /** As the rule names it; `shown` is what the answer says. */
  readonly own: string | undefined
  readonly reason: string
  readonly shown: string
  /** The answer in JSON. */
  readonly text: string
  readonly hash: string
}

export interface Published {
  readonly snapshot: Snapshot
  readonly payload: SnapshotPayload
  readonly flags: ReadonlyMap<string, PublishedFlag>
}

/** @throws SnapshotError, LimitError for what cannot be evaluated */
export function compilePublished({ version, payload: text }: StoredSnapshot): Published {
  const payload = parse(version, text)
  const snapshot = admitSnapshot(payload)
  const flags = Object.entries(payload.features).map(([key, feature], index) => {
    return [key, { ...flagOf(feature, payload.flags[key]), key, index }] as const
  })
  return { snapshot, payload, flags: new Map(flags) }
}

function parse(version: number, text: string): SnapshotPayload {
  try {
    const payload: unknown = JSON.parse(text)
    if (isPayload(payload)) return payload
  } catch {
    // Said below, as for what is JSON but no payload.
  }
  throw new SnapshotError(`Snapshot ${version} is no payload.`)
}

/** The rest is looked at when it is admitted. */
const isPayload = (payload: unknown): payload is SnapshotPayload =>
  isRecord(payload) && isRecord(payload['features']) && isRecord(payload['flags'])

function flagOf(feature: Feature, facts?: FlagFacts): Omit<PublishedFlag, 'key' | 'index'> {
  const { variants = {}, metadata = {}, clientVisible = false } = facts ?? {}
  const byText = new Map(
    Object.entries(variants).map(([name, value]) => [canonicalText(value), name]),
  )
  const names = new Map<Json, string>()
  for (const value of valuesOf(feature)) {
    const name = byText.get(canonicalText(value))
    if (name !== undefined) names.set(value, name)
  }
  return { isClientVisible: clientVisible, names, metadata: scalarsOf(metadata), outcomes: [] }
}

const valuesOf = ({ defaultValue = null, rules = [] }: Feature): Json[] => [
  defaultValue,
  ...rules.flatMap(({ force, variations = [] }) => [force ?? null, ...variations]),
]

const scalarsOf = (metadata: Readonly<Record<string, Json>>) =>
  Object.fromEntries(Object.entries(metadata).filter(isScalar))

const isScalar = (entry: [string, Json]): entry is [string, string | number | boolean] =>
  ['string', 'number', 'boolean'].includes(typeof entry[1])
