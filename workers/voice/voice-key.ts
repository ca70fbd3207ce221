/**
 * Voice keys, `ek_` and a signed token: what one says, and what may be asked of it. A key opens one
 * voice session and returns to it; which dial is the first is decided in that session's object.
 */
import { z } from 'zod'
import { SessionUpdate } from './config.ts'
import { LIMITS } from './limits.ts'

/** Stock clients in browsers take no other credential. */
export const PREFIX = 'ek_'

/**
 * What of the token is ours; the rest is registered claims. Names are short: browsers send the key
 * in a header.
 */
export const VoiceClaims = z.object({
  /** The key's id, and the session's. */
  jti: z.uuid(),
  /** Seconds since the epoch from which it opens no session any more. */
  exp: z.number(),
  /** User id or, without `sid`, the id of the API key that asked. */
  sub: z.string().min(1),
  sid: z.string().min(1).optional(),
  /** Who asked, acting as the user. */
  act: z.object({ sub: z.string().min(1) }).optional(),
  org: z.string().min(1),
  /** Whose flags the API key reads. */
  env: z.string().optional(),
  /** The tenant's plan; absent means the deployment's. */
  pln: z.string().optional(),
  /** The page that may use it; absent means any, and programs. */
  ori: z.string().optional(),
  /** The model it is for; absent means that the dial says. */
  mdl: z.string().optional(),
  /** What the session begins with. */
  ses: SessionUpdate,
})

/** Seconds after its end for which a key may still return to the session it opened. */
export const OUTLIVES = (LIMITS.sessionMs + LIMITS.graceMs) / 1000

interface Binding {
  /** The page that may use the key, and the model it is for. */
  origin: string | undefined
  model: string | undefined
}

/**
 * Why the key is of no use to this dial; undefined when it is.
 *
 * @param origin Of the page that dials; null for a program
 * @param model As the dial names it, if it does
 */
export function misuseOf(key: Binding, origin: string | null, model: string): string | undefined {
  if (key.origin && key.origin !== origin) return `This key works in pages of ${key.origin} only.`
  if (key.model && key.model !== model) return `This key is for the model ${key.model}.`
  return undefined
}
