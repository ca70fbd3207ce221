/** The flag feature's data, as it travels over HTTP: administration in our terms, OFREP in its own. */
import { z } from '@hono/zod-openapi'
import { EnvironmentName } from '../../shared/environment.ts'
import { bodyFields, Description, FlagName, FlagType } from './model-schemas.ts'

export const Flag = z
  .object({
    name: FlagName,
    description: Description,
    /** Off, in every environment: callers get the default written in their own code. */
    enabled: z.boolean(),
    ...bodyFields,
    /** Counts changes; sent back with a change, it is refused when somebody else was first. */
    version: z.number().int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('Flag')
export type Flag = z.infer<typeof Flag>

/** Why, for the flag's history. */
export const Comment = z.string().max(500)

export const NewFlag = z
  .strictObject({
    name: FlagName,
    description: Description.default(''),
    enabled: z.boolean().default(false),
    type: bodyFields.type.default('boolean'),
    defaultValue: bodyFields.defaultValue.default(true),
    jsonSchema: bodyFields.jsonSchema.default(null),
    variants: bodyFields.variants.default({}),
    tags: bodyFields.tags.default([]),
    metadata: bodyFields.metadata.default({}),
    clientVisible: bodyFields.clientVisible.default(false),
    environments: bodyFields.environments.default({}),
    comment: Comment.default(''),
  })
  .openapi('NewFlag')
export type NewFlag = z.infer<typeof NewFlag>

/** The version the change was made from; without one it holds for any. */
const Base = z.number().int().min(1)

export const FlagChange = z
  .strictObject({
    description: Description,
    enabled: z.boolean(),
    defaultValue: bodyFields.defaultValue,
    jsonSchema: bodyFields.jsonSchema,
    variants: bodyFields.variants,
    tags: bodyFields.tags,
    metadata: bodyFields.metadata,
    clientVisible: bodyFields.clientVisible,
    /** Those named here change, whole; the others stay. */
    environments: bodyFields.environments,
    comment: Comment,
    version: Base,
  })
  .partial()
  .refine(
    (change) => Object.keys(change).some((field) => field !== 'comment' && field !== 'version'),
    'name at least one field to change',
  )
  .openapi('FlagChange')
export type FlagChange = z.infer<typeof FlagChange>

/**
 * Without `enabled` the flag is flipped; with it, a repeated request changes nothing more. Without
 * `environment` it is the switch for all of them.
 */
export const FlagToggle = z
  .strictObject({
    enabled: z.boolean(),
    environment: EnvironmentName,
    comment: Comment,
    version: Base,
  })
  .partial()
  .openapi('FlagToggle')
export type FlagToggle = z.infer<typeof FlagToggle>

/** Pages run in the order of names; `cursor` is the `nextCursor` of the page before. */
export const FlagPageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: FlagName.optional(),
  /** Part of a name. */
  search: z.string().max(100).optional(),
  tag: z.string().max(50).optional(),
  type: FlagType.optional(),
  enabled: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
})
export type FlagPageQuery = z.infer<typeof FlagPageQuery>

export const FlagPage = z
  .object({ items: z.array(Flag), nextCursor: z.string().nullable() })
  .openapi('FlagPage')
export type FlagPage = z.infer<typeof FlagPage>

/** That a unit is in a phase of an experiment, on its way to `experiment_exposures`. */
const Exposure = z.object({
  experiment: z.string(),
  phase: z.number().int(),
  unit: z.string(),
  variant: z.string(),
  time: z.iso.datetime(),
})
export type ExposureRow = z.infer<typeof Exposure>

/** Exposures of one request, in the queue `exposures`: a repeat is known by what it says. */
export const ExposureMessage = z.object({
  type: z.literal('exposures'),
  tenantId: z.string(),
  environment: z.string(),
  exposures: z.array(Exposure).min(1).max(100),
})
export type ExposureMessage = z.infer<typeof ExposureMessage>
