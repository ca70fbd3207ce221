/** Versions of flags, and drafts of versions, over HTTP. */
import { z } from '@hono/zod-openapi'
import { bodyFields, Description, FlagName, JsonValue } from './model-schemas.ts'
import { Comment } from './schemas.ts'

/** A flag without its name: what a version keeps, and what a draft proposes. */
export const Document = z
  .strictObject({ description: Description, enabled: z.boolean(), ...bodyFields })
  .openapi('FlagDocument')

export const Revision = z
  .object({
    version: z.number().int(),
    /** null: the flag was deleted. */
    document: Document.nullable(),
    /** Empty for what was there before histories were kept. */
    actor: z.string(),
    comment: z.string(),
    createdAt: z.iso.datetime(),
  })
  .openapi('FlagRevision')
export type Revision = z.infer<typeof Revision>

const Version = z.coerce.number().int().min(1)

/** Newest first; `cursor` is the `nextCursor` of the page before. */
export const HistoryQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: Version.optional(),
})
export type HistoryQuery = z.infer<typeof HistoryQuery>

export const HistoryPage = z
  .object({ items: z.array(Revision), nextCursor: z.number().int().nullable() })
  .openapi('FlagHistoryPage')
export type HistoryPage = z.infer<typeof HistoryPage>

/** The version before, unless another is named. */
export const DiffQuery = z.object({ against: Version.optional() })
export type DiffQuery = z.infer<typeof DiffQuery>

const Difference = z.object({
  pointer: z.string(),
  from: JsonValue.optional(),
  to: JsonValue.optional(),
})

export const Diff = z.object({ items: z.array(Difference) }).openapi('FlagDiff')
export type Diff = z.infer<typeof Diff>

export const Restore = z
  .strictObject({ version: z.number().int().min(1), comment: Comment.default('') })
  .openapi('FlagRestore')
export type Restore = z.infer<typeof Restore>

export const DraftState = z.enum(['open', 'published', 'discarded'])

export const Draft = z
  .object({
    id: z.uuid(),
    flag: FlagName,
    /** Of the flag it was made from; publishing is refused when that is another by now. 0: a new flag. */
    baseVersion: z.number().int(),
    document: Document,
    comment: z.string(),
    author: z.string(),
    /** Or the address of mail; null for a key, a job, and who has left. */
    authorName: z.string().nullable(),
    state: DraftState,
    approvers: z.array(z.string()),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('FlagDraft')
export type Draft = z.infer<typeof Draft>

export const NewDraft = z
  .strictObject({ document: Document, comment: z.string().min(1).max(500) })
  .openapi('NewFlagDraft')
export type NewDraft = z.infer<typeof NewDraft>

export const DraftList = z.object({ items: z.array(Draft) }).openapi('FlagDraftList')

/** `emergency` publishes without approvals, says why, and stands in the audit log as that. */
export const DraftPublication = z
  .strictObject({ emergency: z.string().min(10).max(300).optional() })
  .openapi('FlagDraftPublication')
export type DraftPublication = z.infer<typeof DraftPublication>
