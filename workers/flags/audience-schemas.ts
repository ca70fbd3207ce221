/** What flags are aimed with, over HTTP: environments, segments, overrides of single units. */
import { z } from '@hono/zod-openapi'
import { EnvironmentName } from '../../shared/environment.ts'
import { Description, JsonValue, SegmentBody, SegmentName, UnitId } from './model-schemas.ts'

export const Environment = z
  .object({
    name: EnvironmentName,
    description: Description,
    /** No flag has a value here: callers get the defaults in their own code. */
    killed: z.boolean(),
    /** Approvals a change needs; 0 for none. */
    approvals: z.number().int(),
    /** Of its newest snapshot, and the SHA-256 of that. */
    version: z.number().int(),
    sha256: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('FlagEnvironment')
export type Environment = z.infer<typeof Environment>

/** Creates the environment, or changes what is named. */
export const EnvironmentChange = z
  .strictObject({
    description: Description,
    killed: z.boolean(),
    approvals: z.number().int().min(0).max(10),
  })
  .partial()
  .openapi('FlagEnvironmentChange')
export type EnvironmentChange = z.infer<typeof EnvironmentChange>

export const EnvironmentList = z
  .object({ items: z.array(Environment) })
  .openapi('FlagEnvironmentList')

/** In one or, without a name, in all environments. */
export const KillSwitch = z
  .strictObject({ killed: z.boolean(), environment: EnvironmentName.optional() })
  .openapi('FlagKillSwitch')
export type KillSwitch = z.infer<typeof KillSwitch>

export const Segment = z
  .object({
    name: SegmentName,
    description: Description,
    body: SegmentBody,
    version: z.number().int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('FlagSegment')
export type Segment = z.infer<typeof Segment>

/** With `version` it is refused when the segment is another by now; 0 stands for one there is not yet. */
export const SegmentChange = z
  .strictObject({
    description: Description.default(''),
    body: SegmentBody,
    version: z.number().int().min(0).optional(),
  })
  .openapi('FlagSegmentChange')
export type SegmentChange = z.infer<typeof SegmentChange>

export const SegmentList = z.object({ items: z.array(Segment) }).openapi('FlagSegmentList')

export const Override = z
  .object({
    environment: EnvironmentName,
    unitId: UnitId,
    value: JsonValue,
    reason: z.string(),
    expiresAt: z.iso.datetime().nullable(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .openapi('FlagOverride')
export type Override = z.infer<typeof Override>

export const NewOverride = z
  .strictObject({
    environment: EnvironmentName.default('production'),
    /** The targeting key of whom it is for. */
    unitId: UnitId,
    value: JsonValue,
    reason: z.string().min(1).max(300),
    expiresAt: z.iso.datetime().nullable().default(null),
  })
  .openapi('NewFlagOverride')
export type NewOverride = z.infer<typeof NewOverride>

export const OverrideQuery = z.object({
  environment: EnvironmentName.default('production'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: UnitId.optional(),
})
export type OverrideQuery = z.infer<typeof OverrideQuery>

export const OverridePage = z
  .object({ items: z.array(Override), nextCursor: z.string().nullable() })
  .openapi('FlagOverridePage')
export type OverridePage = z.infer<typeof OverridePage>
