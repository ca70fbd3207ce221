/** Uploads in parts as they travel. */
import { z } from '@hono/zod-openapi'
import { BaseId } from './base-schemas.ts'

/** Where an uploaded file goes. */
export const UploadQuery = z.object({ kb: BaseId.default('default') })

export const NewUpload = z
  .strictObject({
    fileName: z.string().trim().min(1).max(255),
    /** Counts when the name has no extension. */
    mediaType: z.string().max(100).default(''),
    /** Of the whole file. */
    bytes: z.int().min(1, 'The file is empty.'),
    kb: BaseId.default('default'),
  })
  .openapi('NewUpload')
export type NewUpload = z.output<typeof NewUpload>

export const UploadPart = z.object({ number: z.int(), bytes: z.int() }).openapi('UploadPart')
export type UploadPart = z.infer<typeof UploadPart>

export const Upload = z
  .object({
    id: z.uuid(),
    fileName: z.string(),
    bytes: z.int(),
    /** Bytes of every part but the last, which has the rest. Parts are counted from 1. */
    partBytes: z.int(),
    /** Those that have arrived whole. */
    parts: z.array(UploadPart),
    /** `done`: it has become a document; `whole`: it becomes one when it is put into a knowledge base. */
    state: z.enum(['open', 'completing', 'done', 'whole']),
    /** When it is thrown away unless something is added to it before. */
    expiresAt: z.iso.datetime(),
  })
  .openapi('Upload')
export type Upload = z.infer<typeof Upload>

export const PartParams = z.object({
  id: z.uuid('must be an id this API gave'),
  number: z.coerce.number().int().min(1).max(1000),
})
