/** Moments between an address and an input without a zone. */
import { expect, test } from 'vitest'
import { fromLocalInput, toLocalInput } from '../../../workers/console/lib/local-time.ts'

test.each(['2026-01-15T12:00:00.000Z', '2026-07-15T00:00:00.000Z', '2026-10-25T00:30:00.000Z'])(
  '%s comes back from the input as it went in',
  (iso) => {
    const shown = toLocalInput(iso)
    expect(shown).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/)
    expect(fromLocalInput(shown)).toBe(iso)
  },
)

test.each(['', 'yesterday', '2026-13-01T00:00'])('%j is no moment', (text) => {
  expect([toLocalInput(text), fromLocalInput(text)]).toEqual(['', ''])
})
