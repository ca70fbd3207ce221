/**
 * Tokens that were verified in this isolate, so that the same token costs one lookup the next
 * time. It knows nothing of tokens but their text and their end; revocation is not its matter.
 */

interface Entry<Value> {
  value: Value
  /** Milliseconds since the epoch. */
  expiresAt: number
}

export interface TokenCache<Value> {
  /** The value stored for `token`, until it expires. */
  get: (token: string, now: Date) => Value | undefined
  /** @param expiresAt Milliseconds since the epoch from which `token` is no longer served. */
  set: (token: string, value: Value, expiresAt: number) => void
  drop: (token: string) => void
}

/** @param maxEntries Above it the least recently used token goes first. */
export function createTokenCache<Value>(maxEntries: number): TokenCache<Value> {
  const entries = new Map<string, Entry<Value>>()
  return {
    get(token, now) {
      const entry = entries.get(token)
      if (!entry) return undefined
      entries.delete(token)
      if (entry.expiresAt <= now.getTime()) return undefined
      entries.set(token, entry)
      return entry.value
    },
    set(token, value, expiresAt) {
      entries.set(token, { value, expiresAt })
      const oldest = entries.keys().next().value
      if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest)
    },
    drop(token) {
      entries.delete(token)
    },
  }
}
