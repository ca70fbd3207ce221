/** What a setting may be, and what the reference prints beside it; the settings are settings.ts. */
import { z } from 'zod'
import { isStored, type SecretBinding } from './secret.ts'

export const positive = z.string().regex(/^\d+(\.\d+)?$/, 'must be a positive number')
export const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\/[^:]+:[^@]+@.+$/, 'must be postgres://user:password@host/database')
export const optionalUrl = z.union([
  z.literal(''),
  z.url('must be a URL').refine((url) => !url.endsWith('/'), 'must not end in a slash'),
])
/** Not refused for its last slash: issuer identifiers are compared as they are. */
export const providerUrl = z
  .url('must be a URL')
  .regex(
    /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])/,
    'must be https, but for this machine',
  )
export const names = z.string().regex(/^([^,\s]+(,[^,\s]+)*)?$/, 'must be names with commas')
export const rate = z
  .string()
  .regex(/^[1-9]\d*\/(second|minute|hour|day)$/, 'must be a rate such as 20/minute')

/** A Worker secret, or a binding of the Secrets Store, whose value is not there to be looked at. */
export const secret = z.custom<SecretBinding>(
  (value) => isStored(value) || (typeof value === 'string' && value.length >= 32),
  {
    error: ({ input }) => (input === undefined ? 'is missing' : 'must have at least 32 characters'),
  },
)
export const maybeSecret = z
  .custom<SecretBinding>(
    (value) => isStored(value) || typeof value === 'string',
    'must be a secret',
  )
  .optional()

interface Meta {
  description: string
  example: string
  /** The Workers that read a secret which may be missing: no wrangler file lists those. */
  optionalFor?: string[]
}

export const ALL = ['edge', 'identity', 'indexer']

/** Adds what the reference prints beside the rule. */
export function setting<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  example = '',
) {
  return schema.meta({ description, example } satisfies Meta)
}

/** A secret that may be missing; `workers` are those that read it. */
export function optional<Schema extends z.ZodType>(
  schema: Schema,
  workers: string[],
  description: string,
) {
  return schema.meta({ description, example: '', optionalFor: workers } satisfies Meta)
}
