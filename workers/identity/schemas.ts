/** Signing in, as it travels over HTTP, and the access token as it travels in every request. */
import { z } from '@hono/zod-openapi'
import { DEFAULT_ENVIRONMENT, EnvironmentName } from '../../shared/environment.ts'

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

const CurrentPassword = z.string().min(1).max(MAX_UNITS).openapi({ format: 'password' })

/** Six digits of an authenticator, or a backup code; spaces and dashes do not matter. */
const Code = z.string().trim().min(6).max(60).openapi({ example: '123456' })

export const Name = z.string().trim().min(1).max(200)

export const SignIn = z
  .strictObject({
    email: Email,
    /** No minimum here: a password that is too short is simply wrong. */
    password: CurrentPassword,
    /** Solution of a Turnstile challenge: signing in that is slowed down need not wait with it. */
    turnstileToken: z.string().min(1).max(2048).optional(),
  })
  .openapi('SignIn')
export type SignIn = z.infer<typeof SignIn>

export const Setup = z
  .strictObject({ email: Email, password: Password, name: Name, organization: Name })
  .openapi('Setup')
export type Setup = z.infer<typeof Setup>

export const ChangePassword = z
  .strictObject({ currentPassword: CurrentPassword, newPassword: Password })
  .openapi('ChangePassword')
export type ChangePassword = z.infer<typeof ChangePassword>

export const SignUp = z
  .strictObject({
    email: Email,
    password: Password,
    name: Name,
    /** Of the organization that is made for the account; the account's name when left out. */
    organization: Name.optional(),
  })
  .openapi('SignUp')
export type SignUp = z.infer<typeof SignUp>

/** As it stands in a link, or in an answer of ours. */
const Secret = z.string().min(1).max(200)

export const ResetRequest = z.strictObject({ email: Email }).openapi('ResetRequest')
export const ResetPassword = z
  .strictObject({ token: Secret, newPassword: Password })
  .openapi('ResetPassword')
export type ResetPassword = z.infer<typeof ResetPassword>

export const VerifyEmail = z.strictObject({ token: Secret }).openapi('VerifyEmail')

export const ChangeEmail = z
  .strictObject({
    newEmail: Email,
    password: CurrentPassword,
    /** Needed where the account has a second factor. */
    code: Code.optional(),
  })
  .openapi('ChangeEmail')
export type ChangeEmail = z.infer<typeof ChangeEmail>

/** Who is signed in, and the token that says so to every other route. */
export const Session = z
  .object({
    user: z.object({ id: z.string(), email: z.string(), name: z.string() }),
    /** Null for who is in no tenant. */
    tenant: z.object({ id: z.string(), name: z.string() }).nullable(),
    /** A built-in role, or one the tenant made itself; empty without a tenant. */
    role: z.string(),
    permissions: z.array(z.string()),
    /** Who runs the platform and acts as this user; null for the user themself. */
    impersonatedBy: z.object({ id: z.string(), name: z.string() }).nullable(),
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
    /** Whether somebody who runs the platform works in it, as the user. */
    isImpersonated: z.boolean(),
  })
  .openapi('OpenSession')

export const SessionList = z.object({ items: z.array(OpenSession) }).openapi('SessionList')
export type SessionList = z.infer<typeof SessionList>

export const EndedSessions = z.object({ ended: z.int() }).openapi('EndedSessions')

/** The password was right; now a code is asked for. */
export const PendingSignIn = z
  .object({
    /** Goes with the code; worth nothing without it. */
    ticket: z.string(),
    methods: z.array(z.enum(['totp', 'backup-code'])),
    /** When to begin again with the password. */
    expiresAt: z.iso.datetime(),
  })
  .openapi('PendingSignIn')
export type PendingSignIn = z.infer<typeof PendingSignIn>

export const SecondFactor = z.strictObject({ ticket: Secret, code: Code }).openapi('SecondFactor')
export type SecondFactor = z.infer<typeof SecondFactor>

export const TwoFactor = z
  .object({ isEnabled: z.boolean(), backupCodesLeft: z.int() })
  .openapi('TwoFactor')
export type TwoFactor = z.infer<typeof TwoFactor>

export const PasswordProof = z.strictObject({ password: CurrentPassword }).openapi('PasswordProof')
export const CodeProof = z.strictObject({ code: Code }).openapi('CodeProof')
export const DoubleProof = z
  .strictObject({ password: CurrentPassword, code: Code })
  .openapi('DoubleProof')

export const NewAuthenticator = z
  .object({
    /** In base32, to be typed in. */
    secret: z.string(),
    /** `otpauth://…`, to be shown as a QR code. */
    uri: z.string(),
  })
  .openapi('NewAuthenticator')
export type NewAuthenticator = z.infer<typeof NewAuthenticator>

/** Shown this once; each is good for one sign-in. */
export const BackupCodes = z.object({ backupCodes: z.array(z.string()) }).openapi('BackupCodes')
export type BackupCodes = z.infer<typeof BackupCodes>

/** Tenant id in the token of somebody who is in none: no row is of it. */
export const NO_TENANT = ''

const common = {
  sub: z.string().min(1),
  jti: z.string().min(1),
  /** The tenant's plan; absent means the deployment's. */
  pln: z.string().optional(),
  /** Seconds since the epoch, like `exp`; a session's has milliseconds in its fraction. */
  iat: z.number(),
  exp: z.number(),
}

export const UserClaims = z
  .object({
    ...common,
    /** Tenant id, or NO_TENANT. */
    org: z.string(),
    sid: z.string().min(1),
    role: z.string(),
    /** What a role that the tenant made itself grants; permission-bits.ts. Absent for the built-in ones. */
    p: z.string().optional(),
    /** Version of that role. */
    pv: z.int().optional(),
    /** Whether the user runs the platform, and proved a second factor in this session. */
    plt: z.literal(true).optional(),
    /** Who acts as the user (RFC 8693, section 4.1); absent for the user themself. */
    act: z.object({ sub: z.string().min(1) }).optional(),
    /** How the user was recognised (RFC 8176): `pwd`, and `otp` and `mfa` with a second factor. */
    amr: z.array(z.string()).optional(),
  })
  .refine(({ org, role, p }) => org !== NO_TENANT || (role === '' && p === undefined))

export type UserClaims = z.infer<typeof UserClaims>

const KeyClaims = z.object({
  ...common,
  /** Tenant id. */
  org: z.string().min(1),
  /** Permissions, with spaces between (RFC 8693, section 4.2). */
  scp: z.string().min(1),
  /** Whose flags the key reads; of a token from before keys had one, the default. */
  env: EnvironmentName.default(DEFAULT_ENVIRONMENT),
  /** Origins of the pages that may use the key; absent means any. */
  ori: z.array(z.string()).optional(),
})

export const ApplicationClaims = z.object({
  ...common,
  /** Tenant id. */
  org: z.string().min(1),
  /** The authorization behind it; of a service token, which has none, an id of its own. */
  sid: z.string().min(1),
  /** Permissions, and what of OpenID Connect was granted. */
  scp: z.string().min(1),
  /** The user's; grants nothing here, but a change of what it grants ends the token. */
  role: z.string().optional(),
  /** RFC 9068, section 2.2; the same as `sub` where the application acts for itself. */
  client_id: z.string().min(1),
})
export type ApplicationClaims = z.infer<typeof ApplicationClaims>

/**
 * The access token's own claims beside the registered ones jose checks (RFC 9068): a session's, or,
 * with `scp`, an API key's, or, with `client_id` too, that of an application.
 */
export const Claims = z.union([ApplicationClaims, KeyClaims, UserClaims])
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
