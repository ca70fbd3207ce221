/**
 * An audit entry, as it is hashed, queued and shown. Small and strict: who did what to what, and how
 * it ended. Never content, never a token or a secret; facts are identifiers and numbers, not prose.
 */
import { z } from '@hono/zod-openapi'
import { EVENTS } from './events.ts'

/** No control characters: an entry is read in terminals and spreadsheets. */
const Id = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,255}$/u, 'must have 1 to 255 printable characters')

/** What a fact may say: `true`, a number, `editor`, `2026-11-01`, an id; no white space, no prose. */
const Fact = z.union([
  z.boolean(),
  z.int(),
  z.string().regex(/^[\w.:/+@-]{0,64}$/, 'must be an identifier of at most 64 characters'),
])

const Facts = z
  .record(z.string().regex(/^[a-z][a-zA-Z0-9]{0,31}$/), Fact)
  .refine((facts) => Object.keys(facts).length <= 16, 'must be at most 16')

const OUTCOMES = ['ok', 'denied', 'failed'] as const
const ACTOR_TYPES = ['user', 'key', 'service', 'system', 'anonymous'] as const

export const AuditEntry = z
  .strictObject({
    /** Version of this shape. */
    v: z.literal(1),
    /** Unique within the tenant: the same entry delivered twice is written once. */
    id: z.uuid(),
    event: z.enum(EVENTS),
    tenant: Id,
    /** User id, key id, client id or job; `-` when nobody is known. */
    actor: Id,
    actorType: z.enum(ACTOR_TYPES),
    /** The user an impersonating actor acts as. */
    actAs: Id.optional(),
    /** Session id. */
    sid: Id.optional(),
    resource: z.strictObject({ type: Id, id: Id }).optional(),
    outcome: z.enum(OUTCOMES),
    /** Why it was denied or failed; for people. */
    reason: z.string().max(300).optional(),
    /** A whole address for security events, else its /24 or /64 network. */
    ip: z.string().max(64).optional(),
    /** First 16 hexadecimal digits of the user agent's SHA-256. */
    ua: z.string().length(16).optional(),
    requestId: Id,
    traceId: z.string().regex(/^[0-9a-f]{32}$/),
    /** Version of the role policy that decided. */
    policy: Id.optional(),
    facts: Facts.optional(),
  })
  .openapi('AuditEntry')
export type AuditEntry = z.infer<typeof AuditEntry>

/** What travels through the queue `audit`. */
export const AuditMessage = z.strictObject({
  /** When it happened. */
  at: z.iso.datetime({ precision: 3 }),
  entry: AuditEntry,
})
export type AuditMessage = z.infer<typeof AuditMessage>
