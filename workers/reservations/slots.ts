/** What a reservation needs to be known of, and which of it is not. Pure. */

export interface Slots {
  party_size?: number | undefined
  date?: string | undefined
  time?: string | undefined
  name?: string | undefined
  phone?: string | undefined
  notes?: string | undefined
}

type Needed = 'party_size' | 'date' | 'time' | 'name'
const NEEDED = ['party_size', 'date', 'time', 'name'] as const satisfies Needed[]

export type Filled = Slots & { [slot in Needed]: NonNullable<Slots[slot]> }

/** In the order in which they are asked for. */
export const missingOf = (slots: Slots): Needed[] =>
  NEEDED.filter((slot) => slots[slot] === undefined)

export const isFilled = (slots: Slots): slots is Filled => missingOf(slots).length === 0

/** Without those that are taken for another on the phone: I, L, O, U, 0 and 1. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 30^8: nobody finds one by trying. */
export const CODE_LENGTH = 8

/** @param random At least `CODE_LENGTH` random numbers below 2^32. */
export const codeOf = (random: Uint32Array): string =>
  Array.from(random.subarray(0, CODE_LENGTH), (number) =>
    LETTERS.charAt(number % LETTERS.length),
  ).join('')

/** As people type or say it: spaces, dashes and small letters do not matter. */
export const normalCode = (said: string): string => said.replace(/[\s-]/g, '').toUpperCase()
