/** Exports of other products, as they are taken in over HTTP, and what became of each flag in them. */
import { z } from '@hono/zod-openapi'
import { EnvironmentName } from '../../shared/environment.ts'
import { FlagName, JsonValue, SegmentName } from './model-schemas.ts'
import { Comment } from './schemas.ts'

export const FlagImportRequest = z
  .strictObject({
    /** What the export is of. */
    format: z.enum(['growthbook', 'unleash', 'flagd', 'launchdarkly']),
    /** The export, as that product gives it. */
    document: JsonValue,
    /** By the names of environments there, those here; what is not named stands for one of its own name. */
    environments: z.record(z.string().max(100), EnvironmentName).default({}),
    /** `flags`: what came over whole is created. `drafts`: everything is proposed only. */
    as: z.enum(['flags', 'drafts']).default('flags'),
    /** Says what would become of it, and changes nothing. */
    dryRun: z.boolean().default(false),
    comment: Comment.default(''),
  })
  .openapi('FlagImportRequest')
export type FlagImportRequest = z.infer<typeof FlagImportRequest>

const ImportNote = z
  .object({
    environment: z.string().nullable(),
    /** As the export names it, or its place; null for the flag as a whole. */
    rule: z.string().nullable(),
    /** `lost`: it is left out. `differs`: it is there, otherwise. */
    effect: z.enum(['lost', 'differs']),
    reason: z.string(),
  })
  .openapi('FlagImportNote')

export const FlagImport = z
  .object({
    dryRun: z.boolean(),
    flags: z.array(
      z.object({
        name: FlagName,
        /** Its key in the export. */
        source: z.string(),
        /** `drafted` is what lost something on its way, or is another here already. */
        outcome: z.enum(['created', 'unchanged', 'drafted', 'refused']),
        draft: z.uuid().nullable(),
        notes: z.array(ImportNote),
      }),
    ),
    segments: z.array(
      z.object({
        name: SegmentName,
        /** `kept`: there is another of the name, which stays. */
        outcome: z.enum(['created', 'unchanged', 'kept']),
      }),
    ),
    /** Of the export as a whole, and of flags that could not be read at all. */
    notes: z.array(ImportNote),
  })
  .openapi('FlagImport')
export type FlagImport = z.infer<typeof FlagImport>
