/**
 * How many different units there were, about: HyperLogLog with 64 registers (Flajolet, Fusy, Gandouet and
 * Meunier, 2007), 1.04 / √64 = 13 % off at one sigma. Sketches are merged, and the estimate made, in SQL:
 * migrations/0033_experiments.sql.
 */
export const REGISTERS = 64

/** Where a unit is noted in every sketch, and as what. */
export interface Mark {
  readonly register: number
  readonly rank: number
}

/** FNV-1a with MurmurHash3's finalizer: 32 bits, of which 6 choose the register. */
export function markOf(unit: string): Mark {
  let hash = 0x811c9dc5
  for (let at = 0; at < unit.length; at++) {
    hash = Math.imul(hash ^ unit.charCodeAt(at), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  hash ^= hash >>> 16
  return { register: hash & (REGISTERS - 1), rank: Math.min(Math.clz32(hash >>> 6) - 5, 27) }
}

export function note(sketch: Uint8Array, { register, rank }: Mark): void {
  if ((sketch[register] ?? 0) < rank) sketch[register] = rank
}
