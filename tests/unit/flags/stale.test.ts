/** What is concluded from what was seen of a flag, and what is not. */
import { expect, test } from 'vitest'
import { FlagDocument } from '../../../workers/flags/model-schemas.ts'
import { staleReasons } from '../../../workers/flags/stale.ts'

const NOW = Date.parse('2026-11-26T12:00:00Z')
const daysAgo = (days: number) => new Date(NOW - days * 86_400_000).toISOString()
const dayAgo = (days: number) => daysAgo(days).slice(0, 10)

interface Given {
  changed?: number
  seen?: [number, string][]
  since?: number | null
}

function reasonsOf(document: object, { changed = 60, seen = [], since = 90 }: Given = {}) {
  const flag = {
    name: 'f',
    version: 1,
    document: FlagDocument.parse({
      description: '',
      enabled: true,
      clientVisible: false,
      ...document,
    }),
    createdAt: daysAgo(60),
    updatedAt: daysAgo(changed),
  }
  const sightings = seen.map(([days, variant]) => ({ day: dayAgo(days), variant }))
  const watchedSince = since === null ? null : dayAgo(since)
  const watch = { environment: 'production', days: 30, now: NOW, since: watchedSince }
  return staleReasons({ flag, sightings }, watch)
}

const ruled = (rule: object) => ({
  environments: { production: { rules: [{ id: 'r', ...rule }] } },
})
const half = ruled({ type: 'rollout', percentage: 50, value: true })
const whole = ruled({ type: 'rollout', percentage: 100, value: true })
const aimed = ruled({ type: 'force', value: true, condition: { plan: 'pro' } })

test.each<[string[], string, Parameters<typeof reasonsOf>]>([
  [
    [],
    'in use, and changed lately',
    [
      half,
      {
        changed: 5,
        seen: [
          [1, 'on'],
          [1, 'off'],
        ],
      },
    ],
  ],
  [
    ['unchanged'],
    'in use, and both ways',
    [
      half,
      {
        seen: [
          [1, 'on'],
          [2, 'off'],
        ],
      },
    ],
  ],
  [
    ['one-variant', 'unchanged'],
    'always the same',
    [
      aimed,
      {
        seen: [
          [1, 'on'],
          [9, 'on'],
        ],
      },
    ],
  ],
  [['unseen', 'unchanged'], 'not asked for', [half, { seen: [[45, 'on']] }]],
  [['unseen'], 'not asked for, though somebody changes it', [half, { changed: 2 }]],
  [['unchanged'], 'not watched for long enough', [half, { since: 10 }]],
  [['unchanged'], 'not watched at all', [half, { since: null }]],
  [
    ['unchanged'],
    'given to pages, which nobody sees use it',
    [{ ...half, clientVisible: true }, {}],
  ],
  [['unseen', 'rolled-out', 'unchanged'], 'at a hundred percent', [whole, {}]],
  [[], 'at a hundred percent since yesterday', [whole, { changed: 1, seen: [[1, 'on']] }]],
  [
    ['expired'],
    'past its day',
    [
      { ...half, metadata: { expires: '2026-11-01' } },
      { changed: 1, seen: [[1, 'on']] },
    ],
  ],
  [[], 'the platform’s', [{ ...whole, tags: ['platform'] }, {}]],
  [[], 'permanent', [{ ...whole, metadata: { permanent: true } }, {}]],
])('%j: %s', (reasons, _what, given) => {
  expect(reasonsOf(...given)).toEqual(reasons)
})
