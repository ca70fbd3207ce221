/** How evaluations are counted in memory, what a reported exposure is checked against, and windows of counts. */
import { expect, test } from 'vitest'
import { windowOf } from '../../../workers/flags/analytics-window.ts'
import { checkReport } from '../../../workers/flags/exposure-report.ts'
import { Tally } from '../../../workers/flags/tally.ts'
import { markOf, note, REGISTERS } from '../../../workers/flags/units.ts'

test('a tally tells flags, variants and reasons apart, and begins anew when it is drained', () => {
  const tally = new Tally(['a', 'b'])
  tally.add(0, 'on', 'STATIC', undefined)
  tally.add(0, 'on', 'SPLIT', undefined)
  tally.addBulk(0, 'on', 'SPLIT', markOf('u'))
  tally.addError(1)
  const plain = { evals: 1, bulk: 0, errors: 0, sketch: undefined }
  expect(tally.drain()).toEqual([
    { flag: 'a', variant: 'on', reason: 'STATIC', ...plain },
    {
      flag: 'a',
      variant: 'on',
      reason: 'SPLIT',
      ...plain,
      evals: 2,
      bulk: 1,
      sketch: expect.any(Uint8Array),
    },
    { flag: 'b', variant: '', reason: 'ERROR', ...plain, errors: 1 },
  ])
  expect(tally.drain()).toEqual([])
})

test('units fall into all registers alike, with ranks that halve, and a repeat changes nothing', () => {
  const perRegister = Array.from({ length: REGISTERS }, () => 0)
  const ranks = new Map<number, number>()
  for (let unit = 0; unit < 64_000; unit++) {
    const { register, rank } = markOf(`user-${unit}`)
    perRegister[register] = (perRegister[register] ?? 0) + 1
    ranks.set(rank, (ranks.get(rank) ?? 0) + 1)
  }
  // Five sigma of 1,000, and of a half, a quarter, an eighth of all.
  for (const count of perRegister) expect(Math.abs(count - 1000)).toBeLessThan(160)
  for (const rank of [1, 2, 3]) {
    expect(Math.abs((ranks.get(rank) ?? 0) / 64_000 - 2 ** -rank)).toBeLessThan(0.01)
  }
  const [once, twice] = [new Uint8Array(REGISTERS), new Uint8Array(REGISTERS)]
  for (const sketch of [once, twice, twice]) note(sketch, markOf('ada'))
  expect(twice).toEqual(once)
})

const rule = (key: string | undefined, phase?: string) => ({
  ...(key !== undefined && { key }),
  ...(phase !== undefined && { phase }),
  variations: ['x', 'y'],
  meta: [{ key: 'a' }],
})
const payload = {
  features: {
    one: { rules: [{ force: 'x' }, rule('only', '2')] },
    two: { rules: [rule('first'), rule('second')] },
    unnamed: { rules: [rule(undefined, 'spring')] },
    none: { rules: [{ force: 'x' }] },
  },
}

test.each([
  [
    { flag: 'one', variant: 'a' },
    { experiment: 'only', phase: 2 },
  ],
  [
    { flag: 'one', variant: '1', phase: 1 },
    { experiment: 'only', phase: 1 },
  ],
  [
    { flag: 'two', variant: 'a', experiment: 'second' },
    { experiment: 'second', phase: 0 },
  ],
  [
    { flag: 'unnamed', variant: 'a' },
    { experiment: 'unnamed', phase: 0 },
  ],
  [{ flag: 'two', variant: 'a' }, { field: 'experiment' }],
  [{ flag: 'none', variant: 'a' }, { field: 'experiment' }],
  [{ flag: 'one', variant: '0' }, { field: 'variant' }],
  [{ flag: 'one', variant: 'a', phase: 3 }, { field: 'phase' }],
  [{ flag: 'toString', variant: 'a' }, { field: 'flag' }],
])('a report %o comes to %o', (report, expected) => {
  expect(checkReport(payload, report, true)).toMatchObject(expected)
  expect(checkReport(payload, report, false)).toMatchObject({ field: 'flag' })
})

const NOW = Date.parse('2026-11-20T12:34:56Z')
test.each([
  [{ granularity: 'hour' }, '2026-11-18T13:00:00.000Z', '2026-11-20T13:00:00.000Z'],
  [{ granularity: 'day' }, '2026-10-22T00:00:00.000Z', '2026-11-21T00:00:00.000Z'],
  [
    { granularity: 'minute', from: '2026-11-20T12:00:30Z', to: '2026-11-20T12:01:30Z' },
    '2026-11-20T12:00:00.000Z',
    '2026-11-20T12:02:00.000Z',
  ],
] as const)('the window of %o is of whole units', (asked, from, to) => {
  expect(windowOf(asked, NOW)).toEqual({ from: Date.parse(from), to: Date.parse(to) })
})
