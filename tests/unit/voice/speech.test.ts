import { expect, test } from 'vitest'
import { decodeWords, encodeWords } from '../../../local/openai/codec.ts'
import {
  addAudio,
  cutSpeech,
  endClause,
  heardMs,
  SILENT_SPEECH,
  type Speech,
  transcriptOf,
} from '../../../workers/voice/speech.ts'

const CLAUSES = [
  'The warranty of the device ',
  'ends two years after the day on which it was bought. ',
  'Гарантия покрывает батарею, но не экран. ',
  'Antidisestablishmentarianism is a word of no use to anybody here.',
]

/** The clauses as the codec says them, piece by piece, and all of their audio. */
function speak() {
  const audio: number[] = []
  let speech: Speech = SILENT_SPEECH
  CLAUSES.forEach((text, clause) => {
    const samples = encodeWords(text)
    audio.push(...samples)
    for (let at = 0; at < samples.length; at += 4800) {
      const ms = Math.min(4800, samples.length - at) / 24
      speech = addAudio(speech, clause, text, ms)
    }
    speech = endClause(speech)
  })
  return { speech, audio: Int16Array.from(audio) }
}

/** The soak makes all thousand; each is decoded anew. */
const CUTS = process.env['SOAK'] === '1' ? 1000 : 200

const wordsOf = (text: string) => text.split(/\s+/).filter((word) => word !== '')

test('cut anywhere, the transcript is within one word of what was heard', () => {
  const { speech, audio } = speak()
  let seed = 7
  for (let run = 0; run < CUTS; run++) {
    seed = (seed * 1_103_515_245 + 12_345) % 0x80000000
    const cutMs = (seed / 0x80000000) * speech.sentMs
    const heard = decodeWords(audio.subarray(0, cutMs * 24), 24_000).length
    const kept = wordsOf(transcriptOf(cutSpeech(speech, cutMs))).length
    expect(Math.abs(kept - heard)).toBeLessThanOrEqual(1)
  }
}, 600_000)

test('uncut, the transcript is everything that was said', () => {
  const { speech } = speak()
  expect(transcriptOf(speech)).toBe(CLAUSES.join(''))
  expect(transcriptOf(cutSpeech(speech, speech.sentMs))).toBe(CLAUSES.join(''))
})

test('a clause whose audio is still being made is not taken for heard', () => {
  const text = 'A clause of which only the very first word was made. '
  const speech = addAudio(SILENT_SPEECH, 0, text, 400)
  expect(wordsOf(transcriptOf(cutSpeech(speech, 400))).length).toBeLessThanOrEqual(2)
})

test('what was heard follows from when everything sent will have been played', () => {
  const speech = { ...SILENT_SPEECH, sentMs: 3000 }
  const playback = { responseId: 'r', itemId: 'i', endsAt: 10_000 }
  expect([0, 7000, 8500, 10_000, 99_999].map((at) => heardMs(speech, playback, at))).toEqual([
    0, 0, 1500, 3000, 3000,
  ])
})
