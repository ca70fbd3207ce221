/** API keys as they are administered over HTTP. What a key looks like as text is api-key.ts. */
import { z } from '@hono/zod-openapi'
import { FRESH, PERMISSIONS, PERSONAL } from '../../shared/context.ts'
import { DEFAULT_ENVIRONMENT, EnvironmentName } from '../../shared/environment.ts'
import { KEY_KINDS } from './api-key.ts'

/** Days a key lives: unless said otherwise, and at most. */
const LIFETIME = { default: 90, max: 365 }

/** Hours the secret before a rotation stays valid: unless said otherwise, and at most. */
const OVERLAP = { default: 24, max: 168 }

const Scope = z
  .enum(PERMISSIONS)
  .refine((scope) => !PERSONAL.has(scope), 'is for people: no key can have it')

const Origin = z
  .url()
  .max(200)
  .refine(
    (url) => isOrigin(url),
    'must be an origin such as https://www.example.com, without a path',
  )

function isOrigin(url: string): boolean {
  const { origin, protocol } = new URL(url)
  return origin === url && (protocol === 'https:' || protocol === 'http:')
}

const ExpiresInDays = z.int().min(1).max(LIFETIME.max).default(LIFETIME.default)

const Fields = z.strictObject({
  name: z.string().trim().min(1).max(100),
  kind: z.enum(KEY_KINDS).default('live'),
  /** Whose flags the key reads; it stays so, for programs that hold it count on it. */
  environment: EnvironmentName.default(DEFAULT_ENVIRONMENT),
  /** What the key may do; its creator must hold it all. Absent for a client key. */
  scopes: z.array(Scope).min(1).max(PERMISSIONS.length).optional(),
  /** Needed for scopes whose holder is looked at afresh on every call: they cost most in bad hands. */
  allowSensitive: z.boolean().default(false),
  /** Only pages of these may use a client key; absent means any page, and programs too. */
  origins: z.array(Origin).min(1).max(20).optional(),
  expiresInDays: ExpiresInDays,
})

export const NewApiKey = Fields.superRefine((key, refinement) => {
  for (const [field, message] of Object.entries(faultsOf(key))) {
    if (message) refinement.addIssue({ code: 'custom', path: [field], message })
  }
}).openapi('NewApiKey')
export type NewApiKey = z.infer<typeof NewApiKey>

/** What the kind of a key asks of its other fields, by field. */
function faultsOf({ kind, scopes, origins, allowSensitive }: z.infer<typeof Fields>) {
  if (kind === 'client') {
    return {
      scopes: scopes && 'are not chosen: a client key evaluates flags and does nothing else',
    }
  }
  const isSensitive = scopes?.some((scope) => FRESH.has(scope) && !PERSONAL.has(scope)) === true
  return {
    scopes: !scopes && 'must name what the key may do',
    origins: origins && 'are for client keys: any other key must never be in a page',
    allowSensitive:
      isSensitive && !allowSensitive && 'must be true: one of the scopes is sensitive',
  }
}

export const Rotation = z
  .strictObject({
    /** How long the secret so far stays valid beside the new one; 0 ends it at once. */
    overlapHours: z.int().min(0).max(OVERLAP.max).default(OVERLAP.default),
    expiresInDays: ExpiresInDays,
  })
  .openapi('ApiKeyRotation')
export type Rotation = z.infer<typeof Rotation>

export const ApiKey = z
  .object({
    id: z.string(),
    kind: z.enum(KEY_KINDS),
    name: z.string(),
    /** Whose flags it reads. */
    environment: z.string(),
    scopes: z.array(z.string()),
    /** Null where any page may use it. */
    origins: z.array(z.string()).nullable(),
    status: z.enum(['active', 'expired', 'revoked']),
    /** User id. */
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    /** At most one minute behind; null when it was never used. */
    lastUsedAt: z.iso.datetime().nullable(),
    rotatedAt: z.iso.datetime().nullable(),
    /** Until when the secret before the last rotation is valid; null when none is. */
    previousExpiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .openapi('ApiKey')
export type ApiKey = z.infer<typeof ApiKey>

/** The key itself is shown here and never again: only its hash is stored. */
export const ApiKeySecret = ApiKey.extend({
  key: z.string().openapi({ example: 'va_live_…' }),
}).openapi('ApiKeySecret')
export type ApiKeySecret = z.infer<typeof ApiKeySecret>

export const ApiKeyId = z.string().regex(/^[0-9A-Za-z]{1,32}$/, 'must be the id of a key')

/** Newest first; `cursor` is the `nextCursor` of the page before. */
export const ApiKeyPageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: ApiKeyId.optional(),
})
export type ApiKeyPageQuery = z.infer<typeof ApiKeyPageQuery>

export const ApiKeyPage = z
  .object({
    items: z.array(ApiKey),
    nextCursor: z.string().nullable(),
    /** What the caller may let a key do; a sensitive one needs `allowSensitive`. */
    scopes: z.array(z.object({ name: z.enum(PERMISSIONS), isSensitive: z.boolean() })),
  })
  .openapi('ApiKeyPage')
export type ApiKeyPage = z.infer<typeof ApiKeyPage>
