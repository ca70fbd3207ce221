/**
 * What a provider call costs. Integers only: units times micro-dollars per million, summed, and
 * rounded up once. Pure; the table is price-table.ts.
 */
import type { ModelPrice } from './schemas.ts'

/** What a provider bills by. Disjoint: `input` has no cached and no audio tokens in it. */
export interface Units {
  input: number
  cachedInput: number
  output: number
  audioInput: number
  audioOutput: number
  audioMs: number
  characters: number
}

export const NO_UNITS: Units = {
  input: 0,
  cachedInput: 0,
  output: 0,
  audioInput: 0,
  audioOutput: 0,
  audioMs: 0,
  characters: 0,
}

export interface PricedModel extends ModelPrice {
  /** Which entry it is, for the ledger. */
  version: string
}

export interface Priced {
  /** Whole micro-dollars, rounded up. */
  microDollars: number
  version: string
  /** False where the model has no price and the highest known one was taken. */
  isKnown: boolean
}

/** @param units Non-negative integers. @returns whole micro-dollars, rounded up */
export function costOf(price: ModelPrice, units: Units): number {
  const { input = 0, output = 0, characters = 0, audioSecond = 0 } = price
  const { cachedInput = input, audioInput = input, audioOutput = output } = price
  // Beyond 2^53 from some ten million dear tokens on.
  const times = (count: number, micros: number) => BigInt(count) * BigInt(micros)
  const perMillion =
    times(units.input, input) +
    times(units.cachedInput, cachedInput) +
    times(units.output, output) +
    times(units.audioInput, audioInput) +
    times(units.audioOutput, audioOutput) +
    times(units.characters, characters) +
    // A millisecond is a thousandth of a second: a million in a thousand seconds.
    times(units.audioMs, audioSecond) * 1000n
  return Number((perMillion + 999_999n) / 1_000_000n)
}

export interface PricedCall {
  model: string
  kind: ModelPrice['kind']
  at: Date
}

/**
 * The call's price by the entry that holds on its day. A model without one costs what the dearest of
 * its kind would: an unknown cost is never taken for none.
 *
 * @param table Entries that come first stand above later ones of the same model
 */
export function priceCall(table: readonly PricedModel[], call: PricedCall, units: Units): Priced {
  const { model, kind } = call
  const day = call.at.toISOString().slice(0, 10)
  const held = table.filter((price) => price.kind === kind && price.from <= day)
  const own = entryOf(held, model) ?? entryOf(held, model.replace(SNAPSHOT, ''))
  if (own) return { microDollars: costOf(own, units), version: own.version, isKnown: true }
  return currentOf(held)
    .map((price) => {
      const version = `highest:${price.model}@${price.version}`
      return { microDollars: costOf(price, units), version, isKnown: false }
    })
    .reduce((dearest, next) => (next.microDollars > dearest.microDollars ? next : dearest), NONE)
}

const NONE: Priced = { microDollars: 0, version: 'none', isKnown: false }

/** Providers sell dated snapshots at the price of the name without the date. */
const SNAPSHOT = /-\d{4}-\d{2}-\d{2}$/

/** The newest of the first source that has one. */
function entryOf(held: readonly PricedModel[], model: string): PricedModel | undefined {
  const own = held.filter((price) => price.model === model)
  const [first] = own
  if (!first) return undefined
  return own
    .filter((price) => sourceOf(price) === sourceOf(first))
    .reduce((newest, next) => (next.from > newest.from ? next : newest), first)
}

const sourceOf = ({ version }: PricedModel) => version.startsWith('setting:')

const currentOf = (held: readonly PricedModel[]) =>
  [...new Set(held.map(({ model }) => model))].flatMap((model) => entryOf(held, model) ?? [])

const encoder = new TextEncoder()

/** No byte-level tokenizer (tiktoken, SentencePiece with byte fallback) makes more tokens than bytes. */
export const mostTokensOf = (text: string): number => encoder.encode(text).length

/** Four characters a token: OpenAI's rule of thumb, for what no provider counted. */
export const estimateTokens = (text: string): number => Math.ceil(text.length / 4)
