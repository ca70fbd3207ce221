/**
 * Prices known by heart, in micro-dollars per million tokens, so 250_000 is $0.25. A change of price
 * is a new entry with its day, never an edit: the ledger names the entry that a call was charged by.
 *
 * Sources: https://developers.openai.com/api/docs/pricing and, for speech by the minute, the model
 * pages of https://developers.openai.com/api/docs/models. Standard tier, as of 2026-11.
 */
import type { PricedModel } from './prices.ts'
import type { ModelPrice } from './schemas.ts'

type Row = readonly [model: string, from: string, input: number, cached: number, output: number]

const CHAT: readonly Row[] = [
  ['gpt-5.4', '2026-03-05', 2_500_000, 250_000, 15_000_000],
  ['gpt-5.4-mini', '2026-03-05', 750_000, 75_000, 4_500_000],
  ['gpt-5.1', '2025-11-13', 1_250_000, 125_000, 10_000_000],
  ['gpt-5', '2025-08-07', 1_250_000, 125_000, 10_000_000],
  ['gpt-5-mini', '2025-08-07', 250_000, 25_000, 2_000_000],
  ['gpt-5-nano', '2025-08-07', 50_000, 5_000, 400_000],
  ['gpt-4.1', '2025-04-14', 2_000_000, 500_000, 8_000_000],
  ['gpt-4.1-mini', '2025-04-14', 400_000, 100_000, 1_600_000],
  ['gpt-4.1-nano', '2025-04-14', 100_000, 25_000, 400_000],
  ['gpt-4o', '2024-10-02', 2_500_000, 1_250_000, 10_000_000],
  ['gpt-4o-mini', '2024-10-02', 150_000, 75_000, 600_000],
  ['o3', '2025-06-10', 2_000_000, 500_000, 8_000_000],
  ['o4-mini', '2025-04-16', 1_100_000, 275_000, 4_400_000],
]

const OTHERS: readonly ModelPrice[] = [
  // Text and audio; cached tokens of either at the price of cached text.
  {
    model: 'gpt-realtime',
    kind: 'chat',
    from: '2025-08-28',
    input: 4_000_000,
    cachedInput: 400_000,
    output: 16_000_000,
    audioInput: 32_000_000,
    audioOutput: 64_000_000,
  },
  { model: 'text-embedding-3-small', kind: 'embedding', from: '2024-01-25', input: 20_000 },
  { model: 'text-embedding-3-large', kind: 'embedding', from: '2024-01-25', input: 130_000 },
  { model: 'text-embedding-ada-002', kind: 'embedding', from: '2023-06-13', input: 100_000 },
  // $0.015 a minute, as OpenAI estimates it: the API returns no usage for speech.
  { model: 'gpt-4o-mini-tts', kind: 'speech', from: '2025-03-20', audioSecond: 250 },
  { model: 'tts-1', kind: 'speech', from: '2023-11-06', characters: 15_000_000 },
  { model: 'tts-1-hd', kind: 'speech', from: '2023-11-06', characters: 30_000_000 },
  {
    model: 'gpt-4o-transcribe',
    kind: 'transcription',
    from: '2025-03-20',
    input: 2_500_000,
    audioInput: 6_000_000,
    output: 10_000_000,
  },
  {
    model: 'gpt-4o-mini-transcribe',
    kind: 'transcription',
    from: '2025-03-20',
    input: 1_250_000,
    audioInput: 3_000_000,
    output: 5_000_000,
  },
  // $0.006 a minute.
  { model: 'whisper-1', kind: 'transcription', from: '2023-03-01', audioSecond: 100 },
]

const BUILT_IN: readonly PricedModel[] = [
  ...CHAT.map(([model, from, input, cachedInput, output]) => {
    return { model, kind: 'chat' as const, from, input, cachedInput, output }
  }),
  ...OTHERS,
].map((price) => ({ ...price, version: price.from }))

/** @param own Of the setting; it stands above what is known by heart. */
export const tableWith = (own: readonly ModelPrice[]): readonly PricedModel[] => [
  ...own.map((price) => ({ ...price, version: `setting:${price.from}` })),
  ...BUILT_IN,
]
