import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { etaSeconds, percentEmbedded, percentRead } from '../../../workers/knowledge/progress.ts'
import { isTerminal, JobStage, JobStatus } from '../../../workers/knowledge/schemas.ts'
import {
  next,
  type RunEvent,
  stateAfter,
  statesBefore,
} from '../../../workers/knowledge/transitions.ts'

const STATES = JobStatus.options
const EVENTS: RunEvent[] = [
  'parse',
  'embed',
  'wait',
  'finish',
  'fail',
  'needOcr',
  'cancel',
  'replay',
]

test.each(STATES.map((state) => [state]))('%s: what may happen in it', (state) => {
  const possible = EVENTS.filter((event) => next(state, event) !== undefined)
  expect(possible.join(' ')).toBe(
    {
      queued: 'parse embed fail cancel',
      parsing: 'parse embed wait finish fail needOcr cancel',
      embedding: 'embed wait finish fail cancel',
      ready: '',
      failed: 'replay',
      needs_ocr: '',
      cancelled: '',
    }[state],
  )
})

const history = array(constantFrom(...EVENTS), { maxLength: 40 })

test('a run that is over stays over, whatever happens, unless it is taken up again', () => {
  assert(
    property(history, (events) => {
      let state: JobStatus = 'queued'
      for (const event of events) {
        const after = next(state, event)
        const revives = state === 'failed' && event === 'replay'
        expect(isTerminal(state) && !revives ? after : undefined).toBeUndefined()
        state = after ?? state
      }
      // Wherever that led, its owner can end it, or it is over.
      expect(isTerminal(next(state, 'cancel') ?? state)).toBe(true)
    }),
  )
})

test('embedding never goes back to reading, and every event has one outcome', () => {
  expect(next('embedding', 'parse')).toBeUndefined()
  for (const event of EVENTS) {
    for (const state of statesBefore(event)) expect(next(state, event)).toBe(stateAfter(event))
  }
})

test('percent grows from the first page to the last chunk and never reaches 100 by itself', () => {
  const reading = Array.from({ length: 101 }, (_, at) => percentRead(at / 100))
  const embedding = Array.from({ length: 301 }, (_, at) => percentEmbedded(at, 300))
  const all = [...reading, ...embedding]
  expect(all).toEqual(all.toSorted((a, b) => a - b))
  expect([all[0], all.at(-1)]).toEqual([5, 95])
})

test.each([
  ['half way after ten seconds', 'extract', 0, 10_000, 50, 10],
  ['nearly done', 'embed', 0, 9_500, 95, 1],
  ['nobody has taken it', 'fetch', null, 10_000, 50, null],
  ['waiting again', 'queue', 0, 10_000, 50, null],
  ['over', 'done', 0, 10_000, 100, null],
  ['too early to tell', 'fetch', 0, 10_000, 5, null],
] as const)('eta: %s', (_name, stage, startedAt, updatedAt, percent, expected) => {
  expect(etaSeconds(JobStage.parse(stage), { startedAt, updatedAt, percent })).toBe(expected)
})
