/** Registered applications as they are administered over HTTP. What one may ask for is oauth.ts. */
import { z } from '@hono/zod-openapi'
import { FRESH, PERMISSIONS, PERSONAL } from '../../shared/context.ts'
import { CLIENT_TYPES, GRANT_TYPES, isRedirectUri } from './oauth.ts'

/** Hours the secret before a rotation stays valid: unless said otherwise, and at most. */
const OVERLAP = { default: 24, max: 168 }

const Scope = z
  .enum(PERMISSIONS)
  .refine((scope) => !PERSONAL.has(scope), 'is for people: no application can have it')

const RedirectUri = z
  .string()
  .max(500)
  .refine(
    (text) => isRedirectUri(text),
    'must be https, http on localhost, or a scheme such as com.example.app; without a fragment',
  )

const Fields = z.strictObject({
  name: z.string().trim().min(1).max(100),
  type: z.enum(CLIENT_TYPES),
  grantTypes: z.array(z.enum(GRANT_TYPES)).min(1).max(GRANT_TYPES.length),
  /** Where codes may be sent; compared character by character. */
  redirectUris: z.array(RedirectUri).max(20).default([]),
  /** Permissions it may ask for; whoever registers it must hold them all. */
  scopes: z.array(Scope).max(PERMISSIONS.length),
  /** Needed for scopes whose holder is looked at afresh on every call: they cost most in bad hands. */
  allowSensitive: z.boolean().default(false),
})

export const NewOAuthClient = Fields.superRefine((client, refinement) => {
  for (const [field, message] of Object.entries(faultsOf(client))) {
    if (message) refinement.addIssue({ code: 'custom', path: [field], message })
  }
}).openapi('NewOAuthClient')
export type NewOAuthClient = z.infer<typeof NewOAuthClient>

/** What a client's fields ask of each other, by field. */
function faultsOf({
  type,
  grantTypes,
  redirectUris,
  scopes,
  allowSensitive,
}: z.infer<typeof Fields>) {
  const isService = grantTypes.includes('client_credentials')
  const asksUsers = grantTypes.includes('authorization_code')
  const needsUri = asksUsers && redirectUris.length === 0
  const isSensitive = scopes.some((scope) => FRESH.has(scope) && !PERSONAL.has(scope))
  return {
    grantTypes:
      isService && type === 'public' && 'client_credentials needs a client that keeps a secret',
    redirectUris:
      (needsUri && 'must name at least one, for authorization_code') ||
      (!asksUsers && redirectUris.length > 0 && 'are for authorization_code'),
    scopes: isService && scopes.length === 0 && 'must name what the application may do',
    allowSensitive:
      isSensitive && !allowSensitive && 'must be true: one of the scopes is sensitive',
  }
}

export const OAuthRotation = z
  .strictObject({
    /** How long the secret so far stays valid beside the new one; 0 ends it at once. */
    overlapHours: z.int().min(0).max(OVERLAP.max).default(OVERLAP.default),
  })
  .openapi('OAuthRotation')
export type OAuthRotation = z.infer<typeof OAuthRotation>

export const OAuthClient = z
  .object({
    /** `client_id` in the protocol. */
    id: z.string(),
    name: z.string(),
    type: z.enum(CLIENT_TYPES),
    grantTypes: z.array(z.enum(GRANT_TYPES)),
    redirectUris: z.array(z.string()),
    scopes: z.array(z.string()),
    status: z.enum(['active', 'revoked']),
    /** User id. */
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    rotatedAt: z.iso.datetime().nullable(),
    /** Until when the secret before the last rotation is valid; null when none is. */
    previousExpiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
  })
  .openapi('OAuthClient')
export type OAuthClient = z.infer<typeof OAuthClient>

/** The secret is shown here and never again: only its hash is stored. Null for a public client. */
export const OAuthClientSecret = OAuthClient.extend({
  secret: z.string().nullable().openapi({ example: 'va_oauth_…' }),
}).openapi('OAuthClientSecret')
export type OAuthClientSecret = z.infer<typeof OAuthClientSecret>

export const OAuthClientId = z.uuid('must be an id this API gave')

/** Newest first; `cursor` is the `nextCursor` of the page before. */
export const OAuthClientPageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: OAuthClientId.optional(),
})
export type OAuthClientPageQuery = z.infer<typeof OAuthClientPageQuery>

export const OAuthClientPage = z
  .object({
    items: z.array(OAuthClient),
    nextCursor: z.string().nullable(),
    /** What the caller could let an application ask for; `isSensitive` needs `allowSensitive`. */
    scopes: z.array(z.object({ name: z.enum(PERMISSIONS), isSensitive: z.boolean() })),
  })
  .openapi('OAuthClientPage')
export type OAuthClientPage = z.infer<typeof OAuthClientPage>
