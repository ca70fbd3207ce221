/**
 * Whether what was said so far is a whole turn, by its words: how much silence ends it. No model: final
 * punctuation, words that want another behind them, numbers that are being dictated.
 */

export type Eagerness = 'low' | 'medium' | 'high' | 'auto'

/** Silence after which somebody who speaks may have finished; milliseconds. */
export const PAUSE_MS = 200

/** Silence that ends a turn of which the words say nothing, or are not known. */
export const UNSURE_MS: Readonly<Record<Eagerness, number>> = {
  low: 800,
  medium: 500,
  auto: 500,
  high: 300,
}

/** The same for one that goes on by its words. */
const OPEN_MS: Readonly<Record<Eagerness, number>> = {
  low: 1500,
  medium: 1200,
  auto: 1200,
  high: 800,
}

/** Ends of sentences of Latin, Cyrillic, Arabic, Devanagari and full-width writing; three dots are none. */
const SENTENCE_END = /(?<![.…])[.?!؟।。？！]["'»”’)\]]*$/u

/** Words after which more comes: conjunctions, prepositions, articles and sounds of thinking. */
const WANTS_MORE = new Set(
  [
    'and or but because so if that the a an of to for with from in on at my your is are um uh er hmm like',
    'и или но потому что если чтобы в на с к от для по из мой моя ваш это э ну',
    'und oder aber weil wenn dass der die das ein eine mit von zu für in auf mein äh ähm',
    'y o pero porque si que el la los las un una de a con por para mi eh',
    'et ou mais parce si que le la les un une de à avec pour mon ma euh',
  ].flatMap((words) => words.split(' ')),
)

/** A number, or one digit by its name: somebody who dictates goes on. */
const DIGITS = /(?:\d[\d\s-]*|\b(?:zero|one|two|three|four|five|six|seven|eight|nine))$/iu

/** @returns milliseconds of silence, from PAUSE_MS to 1,500 */
export function silenceFor(text: string, eagerness: Eagerness): number {
  const said = text.trim()
  if (said === '') return UNSURE_MS[eagerness]
  if (SENTENCE_END.test(said)) return PAUSE_MS
  const last = /[\p{L}\p{M}]+$/u.exec(said.toLowerCase())?.[0]
  const goesOn = (last !== undefined && WANTS_MORE.has(last)) || /[,;:…-]$|\.\.$/u.test(said)
  return goesOn || DIGITS.test(said) ? OPEN_MS[eagerness] : UNSURE_MS[eagerness]
}
