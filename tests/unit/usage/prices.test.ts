/** What calls cost: by table, and by property for all tables and amounts. */
import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { parsePrices, prices } from '../../../shared/model-price.ts'
import { tableWith } from '../../../workers/usage/price-table.ts'
import {
  costOf,
  mostTokensOf,
  NO_UNITS,
  priceCall,
  type Units,
} from '../../../workers/usage/prices.ts'

const TABLE = tableWith([])
const NOW = new Date('2026-11-26T12:00:00Z')
const chat = (model: string, at = NOW) => ({ model, kind: 'chat' as const, at })

test.each<[string, Parameters<typeof priceCall>[1], Partial<Units>, number, string]>([
  ['a question', chat('gpt-5-mini'), { input: 2000, output: 300 }, 1100, '2025-08-07'],
  ['cached input', chat('gpt-5-mini'), { cachedInput: 1_000_000 }, 25_000, '2025-08-07'],
  ['one token', chat('gpt-5-nano'), { input: 1 }, 1, '2025-08-07'],
  ['nothing', chat('gpt-5-mini'), {}, 0, '2025-08-07'],
  ['a dated snapshot', chat('gpt-4o-mini-2024-07-18'), { output: 10 }, 6, '2024-10-02'],
  [
    'an embedding',
    { model: 'text-embedding-3-small', kind: 'embedding', at: NOW },
    { input: 1_000_000 },
    20_000,
    '2024-01-25',
  ],
  [
    'a minute of speech',
    { model: 'gpt-4o-mini-tts', kind: 'speech', at: NOW },
    { audioMs: 60_000, characters: 900 },
    15_000,
    '2025-03-20',
  ],
  [
    'characters',
    { model: 'tts-1', kind: 'speech', at: NOW },
    { audioMs: 60_000, characters: 1000 },
    15_000,
    '2023-11-06',
  ],
  [
    'half a second heard',
    { model: 'whisper-1', kind: 'transcription', at: NOW },
    { audioMs: 500 },
    50,
    '2023-03-01',
  ],
  [
    'audio tokens',
    { model: 'gpt-4o-mini-transcribe', kind: 'transcription', at: NOW },
    { input: 10, audioInput: 100, output: 20 },
    413,
    '2025-03-20',
  ],
])('%s', (_, call, units, microDollars, version) => {
  const all = { ...NO_UNITS, ...units }
  expect(priceCall(TABLE, call, all)).toEqual({ microDollars, version, isKnown: true })
})

test('a model without a price costs what the dearest of its kind does', () => {
  const units = { ...NO_UNITS, input: 1_000_000, output: 1_000_000 }
  expect(priceCall(TABLE, chat('made-up'), units)).toEqual({
    microDollars: 20_000_000,
    version: 'highest:gpt-realtime@2025-08-28',
    isKnown: false,
  })
})

test('a price holds from its day on', () => {
  const price = { model: 'm', kind: 'chat' as const }
  const table = tableWith([
    { ...price, from: '2026-01-01', input: 1_000_000 },
    { ...price, from: '2026-11-26', input: 3_000_000 },
  ])
  const units = { ...NO_UNITS, input: 7 }
  const costAt = (at: string) => priceCall(table, chat('m', new Date(at)), units)
  expect(costAt('2025-12-31T23:59:59Z').isKnown).toBe(false)
  expect(costAt('2026-11-25T23:59:59Z')).toMatchObject({ microDollars: 7 })
  expect(costAt('2026-11-26T00:00:00Z')).toMatchObject({
    microDollars: 21,
    version: 'setting:2026-11-26',
  })
})

test('a price of the setting stands above one known by heart, even a newer one', () => {
  const own = { model: 'gpt-5-mini', kind: 'chat' as const, from: '2020-01-01', input: 1 }
  const units = { ...NO_UNITS, input: 1_000_000, output: 9 }
  expect(priceCall(tableWith([own]), chat('gpt-5-mini'), units).microDollars).toBe(1)
})

test.each([
  ['not json', 'must be a list of prices (is no JSON)'],
  ['{}', 'must be a list of prices (: Invalid input: expected array, received object)'],
  ['[{"model":"m","kind":"chat","from":"2026-01-01","input":0.5}]', '0.input'],
  ['[{"model":"m","kind":"chat","from":"someday"}]', '0.from'],
  ['[{"model":"m","kind":"song","from":"2026-01-01"}]', '0.kind'],
  ['[{"model":"m","kind":"chat","from":"2026-01-01","inptu":1}]', 'inptu'],
])('%s is refused as a setting', (text, message) => {
  expect(prices.safeParse(text).error?.message).toContain(message)
})

test('an empty setting has no prices', () => {
  expect(prices.parse('')).toBe('')
  expect(parsePrices('')).toEqual([])
})

const count = integer({ min: 0, max: 200_000_000 })
const anyUnits = record({
  input: count,
  cachedInput: count,
  output: count,
  audioInput: count,
  audioOutput: count,
  audioMs: count,
  characters: count,
})
const entry = constantFrom(...TABLE)

test('the cost is exact, rounded up by less than one micro-dollar', () => {
  assert(
    property(entry, anyUnits, (price, units) => {
      const { input = 0, output = 0, characters = 0, audioSecond = 0 } = price
      const { cachedInput = input, audioInput = input, audioOutput = output } = price
      const exact =
        BigInt(units.input) * BigInt(input) +
        BigInt(units.cachedInput) * BigInt(cachedInput) +
        BigInt(units.output) * BigInt(output) +
        BigInt(units.audioInput) * BigInt(audioInput) +
        BigInt(units.audioOutput) * BigInt(audioOutput) +
        BigInt(units.characters) * BigInt(characters) +
        BigInt(units.audioMs) * BigInt(audioSecond) * 1000n
      const over = BigInt(costOf(price, units)) * 1_000_000n - exact
      expect(over >= 0n && over < 1_000_000n).toBe(true)
    }),
  )
})

test('more units never cost less, and parts never less than the whole', () => {
  const sum = (a: Units, b: Units): Units => ({
    input: a.input + b.input,
    cachedInput: a.cachedInput + b.cachedInput,
    output: a.output + b.output,
    audioInput: a.audioInput + b.audioInput,
    audioOutput: a.audioOutput + b.audioOutput,
    audioMs: a.audioMs + b.audioMs,
    characters: a.characters + b.characters,
  })
  assert(
    property(entry, anyUnits, anyUnits, (price, a, b) => {
      const whole = costOf(price, sum(a, b))
      expect(whole).toBeGreaterThanOrEqual(Math.max(costOf(price, a), costOf(price, b)))
      expect(whole).toBeLessThanOrEqual(costOf(price, a) + costOf(price, b))
    }),
  )
})

test('no known model costs more than an unknown one of its kind', () => {
  assert(
    property(entry, anyUnits, ({ model, kind }, units) => {
      const known = priceCall(TABLE, { model, kind, at: NOW }, units)
      const unknown = priceCall(TABLE, { model: 'made-up', kind, at: NOW }, units)
      expect(unknown.microDollars).toBeGreaterThanOrEqual(known.microDollars)
    }),
  )
})

test('a text has at most so many tokens as bytes', () => {
  assert(
    property(array(constantFrom('a', 'ß', '語', '🙂', ' ')), (parts) => {
      const text = parts.join('')
      expect(mostTokensOf(text)).toBe(Buffer.byteLength(text))
    }),
  )
})
