/** Passkeys as they travel over HTTP: the JSON forms of Web Authentication Level 3, section 5.1. */
import { z } from '@hono/zod-openapi'
import { Name, PasswordProof } from './schemas.ts'

/** Bytes in base64url; an attestation of a few kilobytes is the longest a browser sends. */
const Bytes = z
  .string()
  .max(20_000)
  .regex(/^[\w-]+$/, 'must be base64url')

const Transports = z.array(z.string().max(20)).max(10)

const common = { id: Bytes, rawId: Bytes, type: z.literal('public-key') }

/** What `navigator.credentials.create()` gives, by its `toJSON()`; what we do not read is dropped. */
export const NewCredential = z
  .object({
    ...common,
    response: z.object({
      clientDataJSON: Bytes,
      attestationObject: Bytes,
      transports: Transports.default([]),
    }),
  })
  .openapi('NewCredential')
export type NewCredential = z.infer<typeof NewCredential>

/** What `navigator.credentials.get()` gives, by its `toJSON()`. */
export const Assertion = z
  .object({
    ...common,
    response: z.object({
      clientDataJSON: Bytes,
      authenticatorData: Bytes,
      signature: Bytes,
      /** Whose the passkey is; authenticators always name it where nobody named the passkey. */
      userHandle: Bytes,
    }),
  })
  .openapi('Assertion')
export type Assertion = z.infer<typeof Assertion>

/** For `PublicKeyCredential.parseRequestOptionsFromJSON`. */
export const AssertionOptions = z
  .object({
    challenge: z.string(),
    rpId: z.string(),
    userVerification: z.literal('required'),
    /** Milliseconds. */
    timeout: z.int(),
  })
  .openapi('AssertionOptions')
export type AssertionOptions = z.infer<typeof AssertionOptions>

/** For `PublicKeyCredential.parseCreationOptionsFromJSON`. */
export const CreationOptions = z
  .object({
    challenge: z.string(),
    rp: z.object({ id: z.string(), name: z.string() }),
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    pubKeyCredParams: z.array(z.object({ type: z.literal('public-key'), alg: z.int() })),
    /** Milliseconds. */
    timeout: z.int(),
    attestation: z.literal('none'),
    authenticatorSelection: z.object({
      residentKey: z.literal('required'),
      requireResidentKey: z.literal(true),
      userVerification: z.literal('required'),
    }),
    excludeCredentials: z.array(z.object({ type: z.literal('public-key'), id: z.string() })),
  })
  .openapi('CreationOptions')
export type CreationOptions = z.infer<typeof CreationOptions>

/** Needed from ten minutes after signing in on. */
export const FreshProof = PasswordProof.partial().openapi('FreshProof')
export type FreshProof = z.infer<typeof FreshProof>

export const NewPasskey = z
  .strictObject({ name: Name, credential: NewCredential })
  .openapi('NewPasskey')
export type NewPasskey = z.infer<typeof NewPasskey>

export const PasskeyName = z.strictObject({ name: Name }).openapi('PasskeyName')

export const Passkey = z
  .object({
    id: z.string(),
    name: z.string(),
    /** Whether it may be on several devices of its owner; others stay on the one they were made on. */
    isSynced: z.boolean(),
    createdAt: z.iso.datetime(),
    lastUsedAt: z.iso.datetime().nullable(),
  })
  .openapi('Passkey')
export type Passkey = z.infer<typeof Passkey>

export const PasskeyList = z.object({ items: z.array(Passkey) }).openapi('PasskeyList')
export type PasskeyList = z.infer<typeof PasskeyList>
