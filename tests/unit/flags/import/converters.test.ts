/** Exports of other products, as they look there, become flags that decide the same. */
import { expect, test } from 'vitest'
import { compilePayload } from '../../../../workers/flags/compile.ts'
import { admitSnapshot } from '../../../../workers/flags/engine/admission.ts'
import { evaluate } from '../../../../workers/flags/engine/snapshot.ts'
import { importFlagd } from '../../../../workers/flags/import/flagd.ts'
import { importGrowthBook } from '../../../../workers/flags/import/growthbook.ts'
import {
  type Convert,
  type Imported,
  ImportError,
} from '../../../../workers/flags/import/imported.ts'
import { importLaunchDarkly } from '../../../../workers/flags/import/launchdarkly.ts'
import { importUnleash } from '../../../../workers/flags/import/unleash.ts'
import { exportOf } from './exports.ts'

const target = {
  environments: ['production', 'staging'],
  mapping: { production: 'production', staging: 'staging', prod: 'production' },
}

/** Evaluates what came over, in an environment. */
function decided({ flags, segments }: Imported, environment = 'production') {
  const at = '2026-11-01T00:00:00.000Z'
  const times = { version: 1, createdAt: at, updatedAt: at }
  const place = { name: environment, description: '', killed: false, approvals: 0, sha256: '' }
  const snapshot = admitSnapshot(
    compilePayload(
      {
        version: 1,
        environments: new Map([[environment, { ...place, ...times }]]),
        flags: new Map(flags.map(({ name, document }) => [name, { name, document, ...times }])),
        segments: new Map(segments.map((segment) => [segment.name, { ...segment, ...times }])),
        overrides: new Map(),
        gone: new Map(),
      },
      environment,
    ),
  )
  return (key: string, attributes: Record<string, unknown>) =>
    evaluate(snapshot, key, { attributes }).value
}

const notesOf = ({ flags }: Imported, source: string) =>
  flags.find((flag) => flag.source === source)?.notes ?? []
const lossesOf = (imported: Imported, source: string) =>
  notesOf(imported, source)
    .filter(({ effect }) => effect === 'lost')
    .map(({ rule, reason }) => [rule, reason])

const flagd = importFlagd(exportOf.flagd, target)
const unleash = importUnleash(exportOf.unleash, target)
const launchDarkly = importLaunchDarkly(exportOf.launchDarkly, target)
const growthBook = importGrowthBook(exportOf.growthBook, target)

test.each([
  ['new-welcome-banner', { id: 'u1', email: 'ada@acme.example' }, 'friendly'],
  ['new-welcome-banner', { id: 'u1', email: 'ada@elsewhere.example', tier: 'gold' }, 'grand'],
  ['new-welcome-banner', { id: 'u1', version: '2.4.0' }, 'grand'],
  ['new-welcome-banner', { id: 'u1' }, 'plain'],
  ['is_beta', { id: 'u1', age: 30, region: 'eu' }, true],
  ['is_beta', { id: 'u1', region: 'us' }, false],
  ['old_thing', { id: 'u1' }, null],
])('flagd: %s for %j is %j', (key, attributes, value) => {
  expect(decided(flagd)(key, attributes)).toEqual(value)
})

test('flagd: a fraction keeps its shares, and what cannot be said here is named', () => {
  const values = Array.from({ length: 1000 }, (_, n) =>
    decided(flagd)('header-color', { id: `u${n}` }),
  )
  const share = (color: string) => values.filter((value) => value === color).length
  expect(share('#f00')).toBeGreaterThan(200)
  expect(share('#f00')).toBeLessThan(300)
  expect(share('#00f')).toBeGreaterThan(700)
  expect(notesOf(flagd, 'header-color')).toMatchObject([{ effect: 'differs', rule: 'targeting-1' }])
  expect(lossesOf(flagd, 'by-the-clock')).toEqual([
    ['targeting-1', '$flagd.timestamp is known to flagd alone.'],
  ])
  expect(flagd.notes).toMatchObject([{ reason: 'empty: It has no variants.' }])
})

test.each([
  ['checkout.redesign', { id: '17' }, 'production', true],
  ['checkout.redesign', { id: 'other', plan: 'pro-plus', country: 'DE' }, 'production', true],
  ['checkout.redesign', { id: 'other', plan: 'pro-plus', country: 'US' }, 'production', false],
  ['checkout.redesign', { id: '17' }, 'staging', null],
  ['new_search', { id: 'u1', appVersion: '1.10.0', seats: 12 }, 'production', true],
  ['new_search', { id: 'u1', appVersion: '1.9.0', seats: 12 }, 'production', false],
  ['child', { id: 'u1' }, 'production', true],
])('Unleash: %s for %j in %s is %j', (key, attributes, environment, value) => {
  expect(decided(unleash, environment)(key, attributes)).toEqual(value)
})

test('Unleash: archived features, other strategies, variants and dates stay behind, by name', () => {
  expect(lossesOf(unleash, 'checkout.redesign')).toEqual([
    ['strategy-3', 'The strategy remoteAddress has no counterpart.'],
    [
      'Spring only',
      'The operator DATE_AFTER on currentTime has no counterpart: evaluation knows no time, a schedule does.',
    ],
  ])
  expect(lossesOf(unleash, 'newSearch')).toEqual([
    [null, 'Its variants: the flag is on or off here.'],
  ])
  expect(unleash.notes.map(({ reason }) => reason)).toEqual([
    'Segment 2: The export does not say who belongs to it.'.replace(
      'Segment 2',
      'Segment Nameless',
    ),
    'gone: It is archived.',
  ])
  const { document } = unleash.flags.find(({ source }) => source === 'newSearch')!
  expect(document.tags).toEqual(['team-a'])
  expect(document.environments['production']!.rules[1]).toMatchObject({
    type: 'rollout',
    percentage: 33,
    attribute: 'id',
    salt: 'search',
  })
})

test.each([
  ['dark-mode', { id: 'u1' }, 'production', true],
  ['dark-mode', { id: 'nobody', email: 'x@acme.example' }, 'production', true],
  ['dark-mode', { id: 'nobody', email: 'x@elsewhere.example' }, 'production', false],
  ['dark-mode', { id: 'nobody' }, 'production', false],
  ['dark-mode', { id: 'u1' }, 'staging', null],
  ['model', { id: 'x', address: { country: 'FR' } }, 'production', { name: 'large' }],
  ['model', { id: 'x', address: { country: 'US' } }, 'production', { name: 'small' }],
  ['model', { id: 'x' }, 'production', { name: 'small' }],
])('LaunchDarkly: %s for %j in %s is %j', (key, attributes, environment, value) => {
  expect(decided(launchDarkly, environment)(key, attributes)).toEqual(value)
})

test('LaunchDarkly: rollouts keep their shares; segments, other kinds and strange environments are named', () => {
  const values = Array.from({ length: 1000 }, (_, n) =>
    decided(launchDarkly)('pricing', { id: `u${n}`, email: 'x@acme.example' }),
  )
  const share = values.filter((value) => value === 'b').length
  expect(share).toBeGreaterThan(300)
  expect(share).toBeLessThan(370)
  expect(lossesOf(launchDarkly, 'pricing')).toEqual([
    ['rule-1', 'The operator segmentMatch has no counterpart.'],
    ['rule-2', 'Contexts of kind organization are not told apart here.'],
    [null, 'No environment of yours stands for sandbox.'],
  ])
  const pricing = launchDarkly.flags.find(({ source }) => source === 'pricing')!
  expect(pricing.document.environments['production']!.prerequisites).toEqual([
    { flag: 'dark-mode', value: true },
  ])
  expect(pricing.document).toMatchObject({ clientVisible: true, tags: ['money'] })
})

test.each([
  ['banner', { id: 'u1', country: 'DE' }, 'guten tag'],
  ['banner', { id: 'vip-1' }, 'welcome back'],
  ['banner', { id: 'u1' }, 'hello'],
  ['needs_parent', { id: 'u1' }, true],
])('GrowthBook: %s for %j is %j', (key, attributes, value) => {
  expect(decided(growthBook)(key, attributes)).toEqual(value)
})

test('GrowthBook: experiments and rollouts keep their draw, and what narrows them otherwise is named', () => {
  const { document } = growthBook.flags.find(({ source }) => source === 'checkout')!
  expect(document.variants).toEqual({ control: 'a', treatment: 'b' })
  expect(document.environments['production']!.rules).toMatchObject([
    {
      type: 'experiment',
      key: 'checkout-test',
      coverage: 80,
      salt: 'checkout-seed',
      variations: [
        { variant: 'control', weight: 33.33 },
        { variant: 'treatment', weight: 66.67 },
      ],
    },
    { type: 'rollout', percentage: 12.5, value: 'b' },
  ])
  expect(lossesOf(growthBook, 'checkout')).toEqual([['ns', 'Its namespace has no counterpart.']])
  expect(notesOf(growthBook, 'checkout')).toMatchObject([
    { effect: 'lost' },
    { effect: 'differs', rule: 'old-hash' },
  ])
  expect(growthBook.notes).toMatchObject([
    { reason: expect.stringMatching(/^Saved group odd name/) },
    { reason: 'untyped: It has no default value, so its type is not known.' },
  ])
})

test.each<[string, Convert, unknown, PropertyKey[]]>([
  ['flagd', importFlagd, { flags: { a: { state: 'ON', variants: {} } } }, ['flags', 'a', 'state']],
  ['Unleash', importUnleash, { features: [{}], featureStrategies: [] }, ['features', 0, 'name']],
  ['LaunchDarkly', importLaunchDarkly, { items: 'none' }, ['items']],
  ['GrowthBook', importGrowthBook, { features: [] }, ['features']],
  ['GrowthBook', importGrowthBook, 7, []],
])('%s: what is no such export is refused where it is wrong', (_name, convert, document, path) => {
  expect(() => convert(document, target)).toThrow(expect.objectContaining({ path }))
  expect(() => convert(document, target)).toThrow(ImportError)
})
