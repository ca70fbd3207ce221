/** The protocol's own requests and answers; names are RFC 6749's, RFC 7636's and OpenID Connect's. */
import { z } from '@hono/zod-openapi'
import type { AuthorizationParameters } from './oauth.ts'

const text = (max: number) => z.string().max(max)

/** What is not named here is passed over (RFC 6749, section 3.1); what comes twice is no text. */
export const AuthorizationRequest = z
  .object({
    client_id: text(100).min(1),
    redirect_uri: text(500).min(1),
    response_type: text(100).optional(),
    response_mode: text(100).optional(),
    scope: text(1000).optional(),
    state: text(2000).optional(),
    nonce: text(500).optional(),
    code_challenge: text(200).optional(),
    code_challenge_method: text(20).optional(),
    prompt: text(100).optional(),
    max_age: text(20).optional(),
    request: text(10_000).optional(),
    request_uri: text(2000).optional(),
  })
  .openapi('AuthorizationRequest') satisfies z.ZodType<AuthorizationParameters>

export const TokenRequest = z
  .object({
    grant_type: text(100).min(1),
    code: text(200).optional(),
    redirect_uri: text(500).optional(),
    code_verifier: text(200).optional(),
    refresh_token: text(200).optional(),
    scope: text(1000).optional(),
    client_id: text(100).optional(),
    client_secret: text(200).optional(),
  })
  .openapi('TokenRequest')
export type TokenRequest = z.infer<typeof TokenRequest>

export const RevocationRequest = z
  .object({
    token: text(4096).min(1),
    token_type_hint: text(100).optional(),
    client_id: text(100).optional(),
    client_secret: text(200).optional(),
  })
  .openapi('RevocationRequest')
export type RevocationRequest = z.infer<typeof RevocationRequest>

/** RFC 6749, section 5.1. */
export const TokenResponse = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    /** Seconds. */
    expires_in: z.int(),
    scope: z.string(),
    refresh_token: z.string().optional(),
    id_token: z.string().optional(),
  })
  .openapi('TokenResponse')
export type TokenResponse = z.infer<typeof TokenResponse>

/** RFC 6749, section 5.2. */
export const OAuthFailure = z
  .object({ error: z.string(), error_description: z.string() })
  .openapi('OAuthFailure')

/** OpenID Connect Core 1.0, section 5.1. */
export const UserInfo = z
  .object({
    sub: z.string(),
    name: z.string().optional(),
    email: z.string().optional(),
    email_verified: z.boolean().optional(),
  })
  .openapi('UserInfo')
export type UserInfo = z.infer<typeof UserInfo>

/** What a user is asked before an application gets in. */
export const ConsentQuestion = z
  .object({
    client: z.object({ id: z.string(), name: z.string() }),
    tenant: z.object({ id: z.string(), name: z.string() }),
    redirectUri: z.string(),
    /** What was asked for, as far as the user holds it. */
    scopes: z.array(z.string()),
  })
  .openapi('ConsentQuestion')
export type ConsentQuestion = z.infer<typeof ConsentQuestion>

export const ConsentDecision = z
  .strictObject({
    /** The authorization request, as it came. */
    request: AuthorizationRequest,
    allow: z.boolean(),
  })
  .openapi('ConsentDecision')
export type ConsentDecision = z.infer<typeof ConsentDecision>

export const ConsentAnswer = z
  .object({
    /** Where the browser goes next: to the application. */
    redirectTo: z.string(),
  })
  .openapi('ConsentAnswer')

/** An application the user let in. */
const Consent = z.object({
  client: z.object({ id: z.string(), name: z.string() }),
  tenant: z.object({ id: z.string(), name: z.string() }),
  scopes: z.array(z.string()),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export const ConsentList = z.object({ items: z.array(Consent) }).openapi('ConsentList')
export type ConsentList = z.infer<typeof ConsentList>

/** The two discovery documents; what stands in them is `metadataOf`. */
export const ServerMetadata = z
  .object({ issuer: z.string() })
  .loose()
  .openapi('AuthorizationServerMetadata')

export const JsonWebKeySet = z
  .object({ keys: z.array(z.object({}).loose()) })
  .openapi('JsonWebKeySet')
