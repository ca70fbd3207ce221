import { expect, test } from 'vitest'
import { admitSnapshot } from '../../../../workers/flags/engine/admission.ts'
import {
  checkContext,
  LimitError,
  LIMITS,
  SnapshotError,
} from '../../../../workers/flags/engine/limits.ts'
import type { Condition, Payload, Rule } from '../../../../workers/flags/engine/payload.ts'
import { evaluate, explain } from '../../../../workers/flags/engine/snapshot.ts'

const ada = { attributes: { id: 'ada', country: 'DE' } }
const snapshotOf = (rules: Rule[], rest: Payload = {}) =>
  admitSnapshot({ ...rest, features: { ...rest.features, flag: { defaultValue: 'no', rules } } })
const evaluated = (rules: Rule[], context = ada) => evaluate(snapshotOf(rules), 'flag', context)
const holds = (condition: Condition, attributes: object) =>
  evaluated([{ force: 'yes', condition }], { attributes: { ...attributes } as never }).value ===
  'yes'

const refusalOf = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return error instanceof LimitError ? error.limit : (error as Error).message
  }
}

test.each<[string, Payload['features'] & object, object]>([
  ['no rules', { flag: { defaultValue: true } }, { value: true, variant: 'on', reason: 'STATIC' }],
  ['off', { flag: {} }, { value: null, variant: undefined, reason: 'DISABLED' }],
  [
    'a rule for others',
    { flag: { defaultValue: false, rules: [{ force: true, condition: { id: 'bob' } }] } },
    { value: false, variant: 'off', reason: 'DEFAULT', ruleId: '' },
  ],
  [
    'a rule for her',
    { flag: { defaultValue: false, rules: [{ id: 'r', force: true, condition: { id: 'ada' } }] } },
    { value: true, variant: 'on', reason: 'TARGETING_MATCH', ruleId: 'r' },
  ],
  [
    'a rollout to all',
    { flag: { rules: [{ id: 'r', force: 3, coverage: 1 }] } },
    { value: 3, reason: 'SPLIT', ruleId: 'r' },
  ],
  [
    'an experiment',
    { flag: { rules: [{ variations: ['a', 'a'], meta: [{ key: 'x' }, { key: 'x' }] }] } },
    { value: 'a', variant: 'x', reason: 'SPLIT', source: 'experiment' },
  ],
  [
    'a prerequisite that is not met',
    {
      flag: {
        rules: [
          { force: 1, parentConditions: [{ id: 'off', condition: { value: true }, gate: true }] },
        ],
      },
    },
    { value: null, reason: 'DISABLED', source: 'prerequisite' },
  ],
  [
    'a flag that needs itself',
    { flag: { rules: [{ force: 1, parentConditions: [{ id: 'flag' }] }] } },
    { value: null, reason: 'UNKNOWN', source: 'cyclicPrerequisite' },
  ],
])('a flag with %s says so', (_name, features, evaluation) => {
  expect(evaluate(admitSnapshot({ features }), 'flag', ada)).toMatchObject(evaluation)
})

test('an unknown flag is none, whatever objects inherit', () => {
  for (const key of ['nobody', '__proto__', 'constructor', 'toString']) {
    expect(evaluate(snapshotOf([]), key, ada)).toMatchObject({ source: 'unknownFeature' })
  }
})

test('the trace tells of every rule, in order, with the bucket', () => {
  const rules: Rule[] = [
    { id: 'bob', force: 'no', condition: { id: 'bob' } },
    { id: 'none', force: 'no', coverage: 0, seed: 's', hashVersion: 2 },
    { id: 'few', force: 'no', coverage: 0.0001, seed: 's', hashVersion: 2 },
    { id: 'needs', force: 'no', parentConditions: [{ id: 'other', condition: { value: 1 } }] },
    { id: 'half', variations: ['yes', 'yes'], seed: 's', hashVersion: 2 },
    { id: 'never', force: 'no' },
  ]
  const snapshot = snapshotOf(rules, {
    features: { other: { defaultValue: 0, rules: [{ force: 2 }] } },
  })
  const { evaluation, trace } = explain(snapshot, 'flag', ada)
  expect(evaluation).toEqual(evaluate(snapshot, 'flag', ada))
  const { bucket } = evaluation.exposure!
  expect(
    trace.map((step) => [step.flag, step.rule, step.ruleId, step.outcome, step.bucket]),
  ).toEqual([
    ['flag', 0, 'bob', 'condition', undefined],
    ['flag', 1, 'none', 'coverage', undefined],
    ['flag', 2, 'few', 'coverage', bucket],
    ['other', 0, '', 'decided', undefined],
    ['flag', 3, 'needs', 'prerequisite', undefined],
    ['flag', 4, 'half', 'decided', bucket],
  ])
})

test('raising the coverage never moves a unit that is in', () => {
  const inside = (coverage: number) => {
    const snapshot = snapshotOf([{ force: 'yes', coverage, seed: 's', hashVersion: 2 }])
    const units = Array.from({ length: 2000 }, (_, at) => `user-${at}`)
    return units.filter((id) => evaluate(snapshot, 'flag', { attributes: { id } }).value === 'yes')
  }
  const [tenth, third] = [inside(0.1), inside(0.3)]
  expect(third.length / 2000).toBeCloseTo(0.3, 1)
  expect(tenth.length / 2000).toBeCloseTo(0.1, 1)
  expect(tenth.every((id) => third.includes(id))).toBe(true)
})

test('a sticky unit keeps its variation when the weights move on', () => {
  const rule = (weights: number[], bucketVersion = 0, minBucketVersion = 0): Rule[] => {
    const meta = [{ key: 'a' }, { key: 'b' }]
    return [{ variations: ['a', 'b'], meta, weights, bucketVersion, minBucketVersion }]
  }
  const [doc] = evaluate(snapshotOf(rule([1, 0])), 'flag', ada, {}).sticky!
  expect(doc).toEqual({ attributeName: 'id', attributeValue: 'ada', assignments: { flag__0: 'a' } })
  const docs = { 'id||ada': doc! }
  const later = evaluate(snapshotOf(rule([0, 1])), 'flag', ada, docs)
  expect(later).toMatchObject({ value: 'a', sticky: undefined })
  expect(later.exposure?.isStuck).toBe(true)
  expect(evaluate(snapshotOf(rule([0, 1])), 'flag', ada).value).toBe('b')
  expect(evaluate(snapshotOf(rule([0, 1], 1)), 'flag', ada, docs).value).toBe('b')
  expect(evaluate(snapshotOf(rule([0, 1], 1, 1)), 'flag', ada, docs).value).toBe('no')
})

test('what objects inherit is no attribute', () => {
  const inherited = ['__proto__', 'constructor', 'toString', 'constructor.name', 'country.length']
  for (const path of inherited)
    expect(holds({ [path]: { $exists: true } }, { country: 'DE' })).toBe(false)
  expect(holds({ 'tags.length': 2 }, { tags: [1, 2] })).toBe(true)
  expect(holds({ 'tags.map': { $exists: true } }, { tags: [1, 2] })).toBe(false)
  const own = JSON.parse('{"__proto__": {"admin": true}, "toString": 1}')
  const rules = [
    { force: 'yes', condition: JSON.parse('{"__proto__.admin": true, "toString": 1}') },
  ]
  expect(evaluate(snapshotOf(rules), 'flag', { attributes: own }).value).toBe('yes')
  expect(Object.prototype).not.toHaveProperty('admin')
})

test('a context whose objects are no texts fails no evaluation', () => {
  const odd = { toString: 1, valueOf: 1 }
  const conditions: unknown[] = [
    'a',
    1,
    true,
    { $gt: 1 },
    { $lt: 'a' },
    { $regex: '^.' },
    { $in: ['a'] },
  ]
  const deeper = [
    { $veq: '1.0.0' },
    { $ini: ['a'] },
    { $all: ['a'] },
    { $alli: ['a'] },
    { $size: 1 },
  ]
  for (const condition of [...conditions, ...deeper]) {
    for (const value of [odd, [odd], [[odd]]]) {
      expect(() => holds({ value: condition }, { value })).not.toThrow()
    }
  }
  const rules: Rule[] = [{ force: 'yes', coverage: 0.5 }, { variations: ['yes', 'yes'] }]
  expect(evaluated(rules, { attributes: { id: odd, country: '' } as never }).value).toBe('yes')
})

const nested = (levels: number): Condition =>
  levels === 0 ? { id: 'ada' } : { $not: nested(levels - 1) }
const chain = (length: number) => {
  const parent = (at: number) => ({
    rules: [{ force: 1, parentConditions: [{ id: `f${at + 1}` }] }],
  })
  return Object.fromEntries(Array.from({ length }, (_, at) => [`f${at}`, parent(at)]))
}
const doubling = Object.fromEntries(
  Array.from({ length: 30 }, (_, at) => {
    const inner = { $savedGroup: { id: `g${at + 1}` } }
    return [
      `g${at}`,
      { type: 'condition', condition: { $and: Array.from({ length: 200 }, () => inner) } },
    ]
  }),
)
const conditional = (condition: Condition) => () => snapshotOf([{ force: 1, condition }])

test.each([
  ['conditionDepth', conditional(nested(20))],
  ['conditionDepth', conditional(nested(100_000 / 20))],
  [
    'conditionDepth',
    conditional({
      id: { $not: { $not: { $not: { $not: { $not: { $not: { $not: { $not: 1 } } } } } } } },
    }),
  ],
  ['inlineValues', conditional({ id: { $in: Array(10_001).fill('a') } })],
  ['inlineValues', conditional({ id: { $all: Array(10_001).fill('a') } })],
  ['patternSteps', conditional({ id: { $regex: '(a+)+$' } })],
  ['prerequisiteDepth', () => admitSnapshot({ features: chain(18) })],
  ['prerequisiteDepth', () => admitSnapshot({ features: chain(5000) })],
  ['flags', () => admitSnapshot({ features: chain(5001) })],
  [
    'conditionParts',
    () =>
      snapshotOf([{ force: 1, condition: { $savedGroup: { id: 'g27' } } }], {
        savedGroups: doubling,
      }),
  ],
  ['contextSize', () => checkContext({ id: 'a'.repeat(65_537) })],
  ['contextSize', () => checkContext({ list: Array(10_000).fill(1) })],
  ['contextSize', () => checkContext({ ['k'.repeat(65_537)]: 1 })],
  ['contextDepth', () => checkContext(JSON.parse(`${'{"a":'.repeat(17)}1${'}'.repeat(17)}`))],
  ['contextDepth', () => checkContext(JSON.parse(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`))],
])('the limit %s is named', (limit, act) => {
  expect(refusalOf(act)).toBe(limit)
})

test('what is just within the limits passes', () => {
  expect(() => admitSnapshot({ features: chain(16) })).not.toThrow()
  expect(() =>
    checkContext({ id: 'a'.repeat(65_000), nested: { list: [1, null, true] } }),
  ).not.toThrow()
  expect(conditional(nested(LIMITS.conditionDepth - 1))).not.toThrow()
})

test('flags that lead to the same flag by many ways are looked at once each', () => {
  const layer = (at: number): [string, object] => {
    const parentConditions = [{ id: `f${at + 1}`, condition: { value: { $exists: true } } }]
    const rules = Array.from({ length: 40 }, () => ({
      parentConditions,
      force: 1,
      condition: { id: '' },
    }))
    return [`f${at}`, { defaultValue: 0, rules }]
  }
  const features = Object.fromEntries(Array.from({ length: 15 }, (_, at) => layer(at)))
  expect(evaluate(admitSnapshot({ features }), 'f0', ada).value).toBe(0)
})

test.each<[string, unknown]>([
  ['a condition that is a list', [{ force: 1, condition: [] }]],
  ['alternatives that are no list', [{ force: 1, condition: { $or: {} } }]],
  ['a rule that is nothing', [null]],
  ['rules that are no list', 7],
  ['variations that are no list', [{ variations: 7 }]],
  ['a filter without ranges', [{ filters: [null], force: 1 }]],
])('%s makes a snapshot that is refused, by the flag’s name', (_name, rules) => {
  const compile = () => admitSnapshot({ features: { broken: { rules: rules as Rule[] } } })
  expect(compile).toThrow(SnapshotError)
  expect(compile).toThrow(/^Flag broken/)
})
