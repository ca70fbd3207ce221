/**
 * Money that was reserved in slices for many calls: what of it is held by calls in flight and what they
 * did cost. Pure; the slices are reserved and settled in purse-service.ts. Micro-dollars.
 */

/** $0.10: some turns of a conversation, and little to hold back from others. */
export const SLICE = 100_000

/** $0.01 of the slices is for last words alone: a goodbye of ten seconds. */
export const LAST_WORDS = 10_000

/** Milliseconds after which a slice takes no more calls; its reservation ends at five minutes. */
const FRESH_MS = 3 * 60_000

export interface Slice {
  id: string
  microDollars: number
  /** Milliseconds since the epoch. */
  since: number
}

export interface Purse {
  slices: readonly Slice[]
  /** By call. */
  held: Readonly<Record<string, number>>
  spent: number
}

export const EMPTY_PURSE: Purse = { slices: [], held: {}, spent: 0 }

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

export const heldIn = ({ held }: Purse): number => sum(Object.values(held))

/** What calls may still hold; last words may use all of it. */
export function leftIn(purse: Purse, isLast: boolean): number {
  const whole = sum(purse.slices.map(({ microDollars }) => microDollars))
  return whole - purse.spent - heldIn(purse) - (isLast ? 0 : LAST_WORDS)
}

/** Whether the purse is to be settled before more is held in it. */
export const isStale = ({ slices }: Purse, at: number): boolean =>
  slices.some(({ since }) => at - since >= FRESH_MS)

export const withSlice = (purse: Purse, slice: Slice): Purse => ({
  ...purse,
  slices: [...purse.slices, slice],
})

export const hold = (purse: Purse, callId: string, microDollars: number): Purse => ({
  ...purse,
  held: { ...purse.held, [callId]: microDollars },
})

/** A call is over; one that is not held changes nothing. */
export function spend(purse: Purse, callId: string, microDollars: number): Purse {
  if (!(callId in purse.held)) return purse
  const { [callId]: _, ...held } = purse.held
  return { ...purse, held, spent: purse.spent + microDollars }
}

/** What each slice is settled with: the first ones whole, and what was spent beyond all with the last. */
export function sharesOf({ slices, spent }: Purse): { id: string; microDollars: number }[] {
  let left = spent
  return slices.map(({ id, microDollars }, index) => {
    const share = index === slices.length - 1 ? left : Math.min(left, microDollars)
    left -= share
    return { id, microDollars: share }
  })
}
