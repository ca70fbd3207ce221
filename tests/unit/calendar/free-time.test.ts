/** Local times across changes of the clocks, and where a calendar has room. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { freeTimes, horizonOf, type Span } from '../../../workers/calendar/free-time.ts'
import { isTimeZone, openZone } from '../../../workers/calendar/zone.ts'

describe('a local time', () => {
  test.each([
    ['Europe/Berlin', '2026-01-15', '09:30', '2026-01-15T08:30:00.000Z'],
    ['Europe/Berlin', '2026-07-15', '09:30', '2026-07-15T07:30:00.000Z'],
    // Put forward: 02:30 is not there, and is as much later.
    ['Europe/Berlin', '2026-03-29', '02:30', '2026-03-29T01:30:00.000Z'],
    ['Europe/Berlin', '2026-03-29', '03:00', '2026-03-29T01:00:00.000Z'],
    // Put back: 02:30 is there twice, and the first one is meant.
    ['Europe/Berlin', '2026-10-25', '02:30', '2026-10-25T00:30:00.000Z'],
    ['America/New_York', '2026-11-01', '01:15', '2026-11-01T05:15:00.000Z'],
    ['Asia/Kathmandu', '2026-05-01', '00:00', '2026-04-30T18:15:00.000Z'],
    ['Pacific/Apia', '2026-05-01', '23:59', '2026-05-01T10:59:00.000Z'],
    ['UTC', '2028-02-29', '12:00', '2028-02-29T12:00:00.000Z'],
  ])('of %s on %s at %s is %s', (zone, date, time, instant) => {
    expect(openZone(zone).instantOf({ date, time }).toISOString()).toBe(instant)
  })

  test('on a day that is not there is none', () => {
    const instant = openZone('UTC').instantOf({ date: '2026-02-30', time: '12:00' })
    expect(instant.getTime()).toBeNaN()
  })

  test('comes back from its instant, but where the clocks skip it', () => {
    const zones = ['Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Tehran', 'UTC']
    const minute = fc.integer({ min: 0, max: 60 * 24 * 365 * 3 })
    fc.assert(
      fc.property(fc.constantFrom(...zones), minute, (name, minutes) => {
        const zone = openZone(name)
        const local = zone.localOf(new Date(Date.UTC(2025, 0, 1) + minutes * 60_000))
        // A time an instant has is there, so it means an instant that has it.
        expect(zone.localOf(zone.instantOf(local))).toEqual(local)
      }),
      { numRuns: 400 },
    )
  })

  test('is of zones that are there', () => {
    expect(['Europe/Moscow', 'Mars/Olympus', ''].map(isTimeZone)).toEqual([true, false, false])
  })
})

describe('free times', () => {
  const zone = openZone('Europe/Berlin')
  const wanted = {
    from: '2026-06-01',
    to: '2026-06-02',
    dayStart: '09:00',
    dayEnd: '11:00',
    minutes: 30,
  }
  const now = new Date('2026-05-01T00:00:00Z')
  const span = (start: string, end: string): Span => ({
    start: new Date(start),
    end: new Date(end),
  })
  const localOf = (spans: readonly Span[]) =>
    spans.map(({ start }) => `${zone.localOf(start).date} ${zone.localOf(start).time}`)

  test('are what lies between what is taken, within the hours of each day', () => {
    const busy = [
      span('2026-06-01T07:20:00Z', '2026-06-01T08:05:00Z'),
      span('2026-06-02T07:00:00Z', '2026-06-02T09:00:00Z'),
    ]
    expect(localOf(freeTimes(zone, busy, wanted, { now, most: 10 }))).toEqual(['2026-06-01 10:15'])
    expect(localOf(freeTimes(zone, [], { ...wanted, to: '2026-06-01' }, { now, most: 3 }))).toEqual(
      ['2026-06-01 09:00', '2026-06-01 09:30', '2026-06-01 10:00'],
    )
  })

  test('do not begin in the past', () => {
    const late = new Date('2026-06-02T08:20:00Z')
    expect(localOf(freeTimes(zone, [], wanted, { now: late, most: 10 }))).toEqual([
      '2026-06-02 10:30',
    ])
  })

  test('never touch what is taken, and are as long as was wanted', () => {
    const minute = fc.integer({ min: 0, max: 60 * 48 })
    const taken = fc.array(fc.tuple(minute, fc.integer({ min: 1, max: 180 })), { maxLength: 12 })
    const { start: base } = horizonOf(zone, wanted)
    fc.assert(
      fc.property(taken, fc.integer({ min: 5, max: 120 }), (pairs, minutes) => {
        const busy = pairs.map(([at, length]) => {
          const start = new Date(base.getTime() + at * 60_000)
          return { start, end: new Date(start.getTime() + length * 60_000) }
        })
        for (const free of freeTimes(zone, busy, { ...wanted, minutes }, { now, most: 10 })) {
          expect(free.end.getTime() - free.start.getTime()).toBe(minutes * 60_000)
          expect(busy.filter(({ start, end }) => start < free.end && free.start < end)).toEqual([])
          expect(zone.localOf(free.end).time <= '11:00').toBe(true)
        }
      }),
    )
  })
})
