/** A flag as its authors write it: values, variants, and per environment a switch, prerequisites and rules. */
import { z } from '@hono/zod-openapi'
import { EnvironmentName } from '../../shared/environment.ts'
import type { Json } from './engine/payload.ts'

export const FlagName = z
  .string()
  .regex(
    /^[a-z][a-z0-9._-]{0,99}$/,
    'must start with a lower-case letter and go on with at most 99 of a-z, 0-9, dot, dash, underscore',
  )
  .openapi({ example: 'voice_barge_in' })

/** Named, or the generator of the OpenAPI document never ends. */
export const JsonValue: z.ZodType<Json, Json> = z.json().openapi('JsonValue')
export type { Json }

const name = (most: number) =>
  z
    .string()
    .regex(
      new RegExp(`^[A-Za-z0-9][A-Za-z0-9._-]{0,${most - 1}}$`),
      `must be at most ${most} letters, digits, dots, dashes and underscores`,
    )

export const SegmentName = name(100).openapi({ example: 'beta-testers' })
const VariantName = name(100)
const RuleId = name(100)
/** An attribute's path, as in conditions. */
const Attribute = z.string().min(1).max(100)
const Salt = z.string().min(1).max(100)
export const Description = z.string().max(1000)
export const UnitId = z.string().min(1).max(200)

/** Percent, in steps of 0.01: a bucket is one ten-thousandth. */
const Percent = z.number().min(0).max(100).multipleOf(0.01)

/** A MongoDB-like query over the attributes of the context, as GrowthBook has it. */
export const Condition = z.record(z.string(), JsonValue).openapi('FlagCondition')

/** Both must hold: the condition, and membership in every segment. */
const audience = {
  description: Description.optional(),
  condition: Condition.optional(),
  segments: z.array(SegmentName).max(20).optional(),
}

/** One of the two. */
const served = { value: JsonValue.optional(), variant: VariantName.optional() }

const ForceRule = z
  .strictObject({ type: z.literal('force'), id: RuleId, ...audience, ...served })
  .openapi('FlagForceRule')

const RolloutRule = z
  .strictObject({
    type: z.literal('rollout'),
    id: RuleId,
    ...audience,
    ...served,
    percentage: Percent,
    /** What decides the bucket. */
    attribute: Attribute.default('id'),
    /** Another salt draws other units. The flag's name when left out. */
    salt: Salt.optional(),
  })
  .openapi('FlagRolloutRule')

const ExperimentRule = z
  .strictObject({
    type: z.literal('experiment'),
    id: RuleId,
    ...audience,
    /** What exposures are counted under. */
    key: name(100),
    status: z.enum(['draft', 'running', 'stopped']),
    variations: z
      .array(z.strictObject({ variant: VariantName, weight: Percent }))
      .min(2)
      .max(20),
    /** Of the audience that takes part. */
    coverage: Percent.default(100),
    attribute: Attribute.default('id'),
    salt: Salt.optional(),
    /** Opened anew when salt or weights change: units are assigned afresh. */
    phase: z.number().int().min(0).max(1_000_000).default(0),
    /** Who was assigned in an earlier phase leaves the experiment. */
    excludeEarlier: z.boolean().default(false),
  })
  .openapi('FlagExperimentRule')

export const FlagRule = z
  .discriminatedUnion('type', [ForceRule, RolloutRule, ExperimentRule])
  .openapi('FlagRule')
export type FlagRule = z.infer<typeof FlagRule>
export type ExperimentRule = z.infer<typeof ExperimentRule>

/** Another flag that must have this value, or this flag has none. */
const Prerequisite = z.strictObject({ flag: FlagName, value: JsonValue })

export const FlagSettings = z
  .strictObject({
    enabled: z.boolean().default(true),
    /** In place of the flag's own default. */
    defaultValue: JsonValue.optional(),
    prerequisites: z.array(Prerequisite).max(20).default([]),
    /** The first whose audience the unit is in decides. */
    rules: z.array(FlagRule).max(100).default([]),
  })
  .openapi('FlagSettings')
export type FlagSettings = z.infer<typeof FlagSettings>

export const FlagType = z.enum(['boolean', 'string', 'number', 'json']).openapi('FlagType')

/** The fields of a flag beside its name, description and switch. */
export const bodyFields = {
  type: FlagType,
  defaultValue: JsonValue,
  /** JSON Schema that every value of the flag must meet. */
  jsonSchema: z.record(z.string(), JsonValue).nullable(),
  /** Values by the names that rules and applications know them by. */
  variants: z.record(VariantName, JsonValue),
  tags: z.array(name(50)).max(20),
  metadata: z.record(z.string().max(100), JsonValue),
  /** Whether keys that are in pages and apps may see it. */
  clientVisible: z.boolean(),
  /** An environment that is not named has the defaults of `FlagSettings`. */
  environments: z.record(EnvironmentName, FlagSettings),
}

/** As stored; what older rows do not say has its default. */
export const FlagBody = z.object({
  type: bodyFields.type.default('boolean'),
  defaultValue: bodyFields.defaultValue.default(true),
  jsonSchema: bodyFields.jsonSchema.default(null),
  variants: bodyFields.variants.default({}),
  tags: bodyFields.tags.default([]),
  metadata: bodyFields.metadata.default({}),
  clientVisible: bodyFields.clientVisible.default(true),
  environments: bodyFields.environments.default({}),
})
export type FlagBody = z.infer<typeof FlagBody>

/** What a revision keeps and a restore brings back. */
export const FlagDocument = FlagBody.extend({ description: Description, enabled: z.boolean() })
export type FlagDocument = z.infer<typeof FlagDocument>

/** Who belongs: those a condition matches, or those whose attribute is listed. */
export const SegmentBody = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('condition'), condition: Condition }),
    z.strictObject({
      type: z.literal('list'),
      attribute: Attribute.default('id'),
      values: z.array(z.union([z.string().max(200), z.number()])).max(50_000),
    }),
  ])
  .openapi('FlagSegmentBody')
export type SegmentBody = z.infer<typeof SegmentBody>

/** A change of what flags are aimed with, as it is proposed. */
export const AudienceChange = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('segment'),
      name: SegmentName,
      description: Description.default(''),
      body: SegmentBody,
    }),
    z.strictObject({ type: z.literal('segmentGone'), name: SegmentName }),
    z.strictObject({
      type: z.literal('override'),
      environment: EnvironmentName,
      flag: FlagName,
      unitId: UnitId,
      value: JsonValue,
      reason: z.string().min(1).max(300),
      expiresAt: z.iso.datetime().nullable().default(null),
    }),
    z.strictObject({
      type: z.literal('overrideGone'),
      environment: EnvironmentName,
      flag: FlagName,
      unitId: UnitId,
    }),
  ])
  .openapi('FlagAudienceChange')
export type AudienceChange = z.infer<typeof AudienceChange>
