/** What a model costs, as the setting MODEL_PRICES says it; the prices known by heart are workers/usage. */
import { z } from 'zod'

/** Whole micro-dollars ($0.000001), up to $1,000. */
const micros = z.int().min(0).max(1_000_000_000)

export const MODEL_KINDS = ['chat', 'embedding', 'speech', 'transcription', 'rerank'] as const

/** What is not named costs nothing, but for cached input and audio: they then cost what text does. */
const ModelPrice = z.strictObject({
  model: z.string().min(1).max(200),
  kind: z.enum(MODEL_KINDS),
  /** The day (UTC) it holds from. */
  from: z.iso.date(),
  /** Per million tokens. */
  input: micros.optional(),
  cachedInput: micros.optional(),
  output: micros.optional(),
  audioInput: micros.optional(),
  audioOutput: micros.optional(),
  /** Per second of audio that went in or came out. */
  audioSecond: micros.optional(),
  /** Per million characters. */
  characters: micros.optional(),
})
export type ModelPrice = z.infer<typeof ModelPrice>

const Prices = z.array(ModelPrice).max(500)

/** @throws ZodError for what is no list of prices, SyntaxError for what is no JSON */
export const parsePrices = (text: string): ModelPrice[] =>
  text === '' ? [] : Prices.parse(JSON.parse(text))

/** The setting's rule: empty, or JSON of a list of prices. */
export const prices = z.string().superRefine((text, issues) => {
  try {
    parsePrices(text)
  } catch (error) {
    const [first] = error instanceof z.ZodError ? error.issues : []
    const fault = first ? `${first.path.join('.')}: ${first.message}` : 'is no JSON'
    issues.addIssue({ code: 'custom', message: `must be a list of prices (${fault})` })
  }
})
