import { expect, test } from 'vitest'
import { TurnClock } from '../../../workers/voice/turn-metrics.ts'

const TIMINGS = {
  versionMs: 1,
  cacheMs: 2,
  embedMs: 10,
  searchMs: 20,
  firstTokenMs: 100,
  modelMs: 900,
}

test('a spoken turn has all its parts, each from where it begins', () => {
  const clock = new TurnClock()
  clock.ended(1000, 500)
  clock.transcribed(1080)
  clock.asked(1080.4)
  clock.clauseBegan(1220)
  expect(clock.sounded(1280)).toBe(280)
  clock.clauseBegan(1300)
  expect(clock.sounded(1400)).toBeUndefined()
  clock.answered(TIMINGS)
  expect(clock.take()).toEqual({
    vad_ms: 500,
    stt_ms: 80,
    rag_ms: 33,
    llm_ttft_ms: 100,
    tts_ttfb_ms: 60,
    ttfa_ms: 280,
  })
})

test('what was taken is not told again', () => {
  const clock = new TurnClock()
  clock.ended(0, null)
  expect(clock.take()).toMatchObject({ vad_ms: null, stt_ms: null })
  expect(clock.take()).toBeUndefined()
  expect(clock.sounded(10)).toBeUndefined()
})

test('a reply asked for in writing begins when it is asked for', () => {
  const clock = new TurnClock()
  clock.asked(50)
  clock.answered({ embedMs: 4 })
  expect(clock.take()).toMatchObject({ stt_ms: null, rag_ms: 4, llm_ttft_ms: null, ttfa_ms: null })
})

test('a reply asked for long after the words were known is not as late as they were', () => {
  const clock = new TurnClock()
  clock.ended(0, 500)
  clock.transcribed(80)
  clock.asked(10_000)
  expect(clock.sounded(10_200)).toBe(200)
  expect(clock.take()).toMatchObject({ vad_ms: null, stt_ms: null, ttfa_ms: 200 })
})

test('a new turn forgets the one nobody answered', () => {
  const clock = new TurnClock()
  clock.ended(0, 500)
  clock.transcribed(80)
  clock.ended(4000, 300)
  clock.transcribed(4090)
  clock.asked(4090)
  expect(clock.sounded(4300)).toBe(300)
  expect(clock.take()).toMatchObject({ vad_ms: 300, stt_ms: 90 })
})
