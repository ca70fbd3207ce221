/** Signing in, as it travels over HTTP, and the access token as it travels in every request. */
import { z } from '@hono/zod-openapi'

/** Addresses are compared in lower case; RFC 5321 section 4.5.3.1.3 limits them to 254. */
export const Email = z.email().max(254).toLowerCase().openapi({ example: 'ada@example.com' })

/** UTF-16 units: what a password may have as typed, before it is normalised. */
const MAX_UNITS = 512

/** Counted in Unicode code points (NIST SP 800-63B-4, section 3.1.1.2); at least 15 is advised. */
export const Password = z
  .string()
  .max(MAX_UNITS)
  .refine((text) => countOf(text) >= 8, 'must have at least 8 characters; 15 or more are advised')
  .refine((text) => countOf(text) <= 128, 'must have at most 128 characters')
  .openapi({ format: 'password', minLength: 8, maxLength: 128 })

const countOf = (text: string) => Array.from(text.normalize('NFKC')).length

export const Name = z.string().trim().min(1).max(200)

export const SignIn = z
  .strictObject({
    email: Email,
    /** No minimum here: a password that is too short is simply wrong. */
    password: z.string().min(1).max(MAX_UNITS).openapi({ format: 'password' }),
  })
  .openapi('SignIn')
export type SignIn = z.infer<typeof SignIn>

export const Setup = z
  .strictObject({ email: Email, password: Password, name: Name, organization: Name })
  .openapi('Setup')
export type Setup = z.infer<typeof Setup>

/** Who is signed in, and the token that says so to every other route. */
export const Session = z
  .object({
    user: z.object({ id: z.string(), email: z.string(), name: z.string() }),
    tenant: z.object({ id: z.string(), name: z.string() }),
    /** A built-in role, or one the tenant made itself. */
    role: z.string(),
    permissions: z.array(z.string()),
    /** Goes into `Authorization: Bearer …`. */
    accessToken: z.string(),
    /** When the access token ends, not the session. */
    expiresAt: z.iso.datetime(),
  })
  .openapi('Session')
export type Session = z.infer<typeof Session>

/** One of the caller's own sessions. */
const OpenSession = z
  .object({
    id: z.string(),
    /** Such as `Firefox, Linux`; empty when the user agent says nothing we know. */
    device: z.string(),
    /** Where it was opened: the first 24 bits of an IPv4 address, 64 of an IPv6 one; CIDR. */
    network: z.string().nullable(),
    createdAt: z.iso.datetime(),
    /** To within five minutes. */
    lastUsedAt: z.iso.datetime(),
    /** When it ends if nobody uses it. */
    expiresAt: z.iso.datetime(),
    /** Whether it is the one that asks. */
    isCurrent: z.boolean(),
  })
  .openapi('OpenSession')

export const SessionList = z.object({ items: z.array(OpenSession) }).openapi('SessionList')
export type SessionList = z.infer<typeof SessionList>

export const EndedSessions = z.object({ ended: z.int() }).openapi('EndedSessions')

/** The access token's own claims beside the registered ones jose checks (RFC 9068). */
export const Claims = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1),
  jti: z.string().min(1),
  /** Tenant id. */
  org: z.string().min(1),
  role: z.string(),
  /** What a role that the tenant made itself grants; permission-bits.ts. Absent for the built-in ones. */
  p: z.string().optional(),
  /** Version of that role. */
  pv: z.int().optional(),
  /** Whether the user runs the platform, and proved a second factor in this session. */
  plt: z.literal(true).optional(),
  /** Seconds since the epoch, like `exp`. */
  iat: z.number(),
  exp: z.number(),
})
export type Claims = z.infer<typeof Claims>

/** A public key of the identity Worker: RFC 8037, section 2. */
export interface PublicKey {
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
  kid: string
  alg: 'EdDSA'
  use: 'sig'
}

/** Everything that signs tokens now, or did until lately, or will soon. */
export interface KeySet {
  keys: PublicKey[]
}
