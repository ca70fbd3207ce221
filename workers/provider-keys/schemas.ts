/** A tenant's credentials for a provider, as they travel over HTTP: in whole only inwards. */
import { z } from '@hono/zod-openapi'
import { NAMES } from './providers.ts'

export const ProviderName = z
  .enum(NAMES, { error: `must be one of ${NAMES.join(', ')}` })
  .openapi({ example: 'openai' })

export const ProviderSecrets = z
  .strictObject({
    /** One per field of the provider; all of them at once. */
    values: z
      .record(z.string().min(1).max(64), z.string().min(1).max(4096))
      .openapi({ example: { apiKey: 'sk-…' } }),
  })
  .openapi('ProviderSecrets')
export type ProviderSecrets = z.infer<typeof ProviderSecrets>

export const ProviderKeys = z
  .object({
    provider: z.string(),
    fields: z.array(
      z.object({
        field: z.string(),
        /** Its last four characters; empty when it is too short to show any. */
        ending: z.string(),
        version: z.int(),
        updatedAt: z.iso.datetime(),
      }),
    ),
  })
  .openapi('ProviderKeys')
export type ProviderKeys = z.infer<typeof ProviderKeys>
