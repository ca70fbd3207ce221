/**
 * Everything a tenant's snapshots are made of, as one value, and what may be written to it. A change is
 * decided on the model that was read, and its snapshots are compiled from the model it leads to, so that
 * both are known before anything is stored.
 */
import type { FlagDocument, Json, SegmentBody } from './model-schemas.ts'
import type { ScheduleStep } from './schedule-plan.ts'

export interface ModelFlag {
  readonly name: string
  readonly version: number
  readonly document: FlagDocument
  readonly createdAt: string
  readonly updatedAt: string
}

export interface ModelEnvironment {
  readonly name: string
  readonly description: string
  readonly killed: boolean
  readonly approvals: number
  /** Of its newest snapshot. */
  readonly version: number
  /** Of its newest snapshot; empty before the first. */
  readonly sha256: string
  readonly createdAt: string
  readonly updatedAt: string
}

export interface ModelSegment {
  readonly name: string
  readonly description: string
  readonly body: SegmentBody
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

export interface ModelOverride {
  readonly environment: string
  readonly flag: string
  readonly unitId: string
  readonly value: Json
  readonly reason: string
  readonly expiresAt: string | null
  readonly createdBy: string
  readonly createdAt: string
}

export interface Model {
  /** Of the head: advanced by every change. */
  readonly version: number
  readonly environments: ReadonlyMap<string, ModelEnvironment>
  readonly flags: ReadonlyMap<string, ModelFlag>
  readonly segments: ReadonlyMap<string, ModelSegment>
  /** By `overrideKey`. */
  readonly overrides: ReadonlyMap<string, ModelOverride>
  /** Last versions of flags that were deleted, for one of the same name goes on counting. */
  readonly gone: ReadonlyMap<string, number>
}

export type Write =
  | { type: 'flag'; flag: ModelFlag; comment: string }
  | { type: 'flagGone'; name: string; version: number; comment: string }
  | { type: 'segment'; segment: ModelSegment }
  | { type: 'segmentGone'; name: string }
  | { type: 'override'; override: ModelOverride }
  | { type: 'overrideGone'; environment: string; flag: string; unitId: string }
  | { type: 'environment'; environment: ModelEnvironment }
  /** Of all flags, those that ended by then; a model that is read does not have them. */
  | { type: 'overridesExpired'; at: string }
  | { type: 'draftPublished'; id: string }
  | { type: 'scheduleStepped'; step: ScheduleStep }

type OverrideId = Pick<ModelOverride, 'environment' | 'flag' | 'unitId'>

export const overrideKey = ({ environment, flag, unitId }: OverrideId): string =>
  JSON.stringify([environment, flag, unitId])

/** The model after `writes`; the one given stays as it is. */
export function applyWrites(model: Model, writes: readonly Write[]): Model {
  const next = {
    version: model.version + 1,
    environments: new Map(model.environments),
    flags: new Map(model.flags),
    segments: new Map(model.segments),
    overrides: new Map(model.overrides),
    gone: new Map(model.gone),
  }
  for (const write of writes) {
    switch (write.type) {
      case 'flag':
        next.flags.set(write.flag.name, write.flag)
        break
      case 'flagGone':
        next.flags.delete(write.name)
        next.gone.set(write.name, write.version)
        for (const [key, { flag }] of next.overrides) {
          if (flag === write.name) next.overrides.delete(key)
        }
        break
      case 'segment':
        next.segments.set(write.segment.name, write.segment)
        break
      case 'segmentGone':
        next.segments.delete(write.name)
        break
      case 'override':
        next.overrides.set(overrideKey(write.override), write.override)
        break
      case 'overrideGone':
        next.overrides.delete(overrideKey(write))
        break
      case 'environment':
        next.environments.set(write.environment.name, write.environment)
        break
      case 'overridesExpired':
      case 'draftPublished':
      case 'scheduleStepped':
        break
    }
  }
  return next
}

/** The version a flag of this name gets next. */
export const nextVersion = ({ flags, gone }: Model, name: string): number =>
  (flags.get(name)?.version ?? gone.get(name) ?? 0) + 1
