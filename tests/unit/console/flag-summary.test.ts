/** A flag's settings in plain words, in both languages. */
import { expect, test } from 'vitest'
import { summaryOf } from '../../../workers/console/lib/flag-summary.ts'
import { flag as english } from '../../../workers/console/messages/flag-en.ts'
import { flag as russian } from '../../../workers/console/messages/flag-ru.ts'
import { Flag } from '../../../workers/flags/schemas.ts'

const at = '2026-11-01T00:00:00.000Z'
const flagOf = (settings: object, more: object = {}) =>
  Flag.parse({
    name: 'f',
    description: '',
    enabled: true,
    type: 'string',
    defaultValue: 'small',
    jsonSchema: null,
    variants: { a: 'a', b: 'b' },
    tags: [],
    metadata: {},
    clientVisible: false,
    environments: { production: settings },
    version: 1,
    createdAt: at,
    updatedAt: at,
    ...more,
  })
const said = (settings: object, more?: object) =>
  summaryOf(flagOf(settings, more), 'production', english.summary)

const experiment = {
  type: 'experiment',
  id: 'e',
  key: 'exp',
  status: 'running',
  coverage: 80,
  variations: [
    { variant: 'a', weight: 50 },
    { variant: 'b', weight: 50 },
  ],
}

test.each<[string[], object]>([
  [['Everybody: "small".'], {}],
  [['It is off: callers get the default in their own code.'], { enabled: false }],
  [
    ['It has a value only while parent is true.', 'Everybody: "big".'],
    { prerequisites: [{ flag: 'parent', value: true }], defaultValue: 'big' },
  ],
  [
    [
      'Whoever is in beta and plan ∈ ["pro"]: a.',
      'Everybody: 20 % get "medium".',
      'Everybody else: "small".',
    ],
    {
      rules: [
        {
          type: 'force',
          id: 'r',
          segments: ['beta'],
          condition: { plan: { $in: ['pro'] } },
          variant: 'a',
        },
        { type: 'rollout', id: 's', percentage: 20, value: 'medium' },
      ],
    },
  ],
  [
    ['Everybody: 80 % take part, as a 50 %, b 50 %.', 'Everybody else: "small".'],
    { rules: [experiment] },
  ],
  [
    ['Experiment exp is not running.', 'Everybody else: "small".'],
    { rules: [{ ...experiment, status: 'draft' }] },
  ],
])('%j', (sentences, settings) => {
  expect(said(settings)).toEqual(sentences)
})

test('a flag that is off is off, whatever its rules say, and so in Russian', () => {
  expect(said({}, { enabled: false })).toEqual([english.summary.off])
  const flag = flagOf({ rules: [{ type: 'rollout', id: 's', percentage: 20, value: 'x' }] })
  expect(summaryOf(flag, 'production', russian.summary)).toEqual([
    'Все: 20 % получают "x".',
    'Все остальные — "small".',
  ])
})
