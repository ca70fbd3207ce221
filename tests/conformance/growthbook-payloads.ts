/** Random payloads, contexts and sticky documents, well formed and as odd as that allows. */
import type {
  Condition,
  Experiment,
  Json,
  Payload,
  Rule,
} from '../../workers/flags/engine/payload.ts'
import type { EvaluationContext, StickyDocs } from '../../workers/flags/engine/run.ts'

/** Numbers from 0 up to 1 that a seed decides: Mulberry32. */
export function randomOf(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  const pick = <Value>(values: readonly Value[]): Value => values[below(values.length)]!
  const chance = (share: number) => next() < share
  const some = <Value>(make: () => Value, most: number, least = 0): Value[] =>
    Array.from({ length: least + below(most - least + 1) }, make)
  return { next, below, pick, chance, some }
}
type Random = ReturnType<typeof randomOf>

const FLAGS = ['a', 'b', 'c', 'd', 'e', 'nobody made it']
const PATHS = [
  'id',
  'deviceId',
  'country',
  'age',
  'version',
  'tags',
  'deep.a',
  'deep.b.c',
  'none',
  'admin',
]
const TEXTS = [
  'u1',
  'u2',
  'US',
  'de',
  'DE',
  '',
  '7',
  '1.2.3',
  'v2.0.0-rc.1',
  '1.10.0',
  'null',
  'true',
  'Ünï',
]
const GROUPS = ['list', 'typed', 'query', 'inner', 'self', 'broken', 'gone']
const PATTERNS = ['^u', '[0-9]+$', 'US|DE', '^v?\\d+\\.\\d+', 'ü', '(', 'a/b', '^$']

const scalar = ({ pick, below, chance }: Random): Json =>
  chance(0.5) ? pick(TEXTS) : pick([0, 1, 7, 42, 0.5, -3, below(100), true, false, null])

function attributesOf(random: Random): Record<string, Json> {
  const { pick, chance, some, below } = random
  const all: [string, () => Json][] = [
    ['id', () => pick<Json>([`u${below(50)}`, `u${below(50)}`, below(50), '', 0, 'Ünï'])],
    ['deviceId', () => pick<Json>([`d${below(50)}`, below(9), true])],
    ['country', () => pick(['US', 'DE', 'de', 'fr'])],
    ['age', () => pick<Json>([17, 18, 42, '42', null, true])],
    ['version', () => pick<Json>(['1.2.3', 'v2.0.0-rc.1', '2.0.0', '1.10.0+b5', 2, 'x', null])],
    [
      'tags',
      () => pick<Json>([some(() => scalar(random), 3), some(() => ({ a: scalar(random) }), 2)]),
    ],
    ['deep', () => ({ a: scalar(random), b: { c: scalar(random) } })],
    ['admin', () => scalar(random)],
  ]
  return Object.fromEntries(all.filter(() => chance(0.8)).map(([key, make]) => [key, make()]))
}

function conditionOf(random: Random, depth = 0): Condition {
  const { pick, some, chance } = random
  const inner = () => conditionOf(random, depth + 1)
  const part = (): [string, unknown] => {
    if (depth > 1 || chance(0.6)) return [pick(PATHS), valueOf(random, depth)]
    const logic = pick(['$and', '$or', '$nor', '$not', '$savedGroup'])
    if (logic === '$not') return [logic, inner()]
    if (logic !== '$savedGroup') return [logic, some(inner, 2)]
    const attributeKey = chance(0.3) && { attributeKey: pick(PATHS) }
    return [logic, { id: pick(GROUPS), ...attributeKey }]
  }
  return Object.fromEntries(some(part, 2, chance(0.1) ? 0 : 1))
}

function valueOf(random: Random, depth: number): unknown {
  const { pick, some, chance } = random
  if (chance(0.3)) return chance(0.8) ? scalar(random) : pick<Json>([[], ['u1'], { a: 1 }, {}])
  return Object.fromEntries(some(() => operatorOf(random, depth), 2, 1))
}

function operatorOf(random: Random, depth: number): [string, unknown] {
  const { pick, some, chance, below } = random
  const values = () => some(() => scalar(random), 12)
  const deeper = () => valueOf(random, depth + 1)
  const operators: (() => [string, unknown])[] = [
    () => [pick(['$eq', '$ne', '$gt', '$gte', '$lt', '$lte']), scalar(random)],
    () => [
      pick(['$veq', '$vne', '$vgt', '$vgte', '$vlt', '$vlte']),
      pick(['1.2.3', '2.0.0', '1.9', 2, null]),
    ],
    () => [pick(['$in', '$nin', '$ini', '$nini']), chance(0.95) ? values() : 'US'],
    () => [pick(['$inGroup', '$notInGroup']), pick(GROUPS)],
    () => [pick(['$regex', '$regexi']), pick(PATTERNS)],
    () => ['$exists', chance(0.5)],
    () => ['$type', pick(['string', 'number', 'boolean', 'array', 'object', 'null'])],
    () => ['$size', chance(0.5) ? below(3) : { $gt: below(3) }],
    () => [pick(['$all', '$alli']), some(() => scalar(random), 2)],
    () => ['$elemMatch', chance(0.5) ? { $eq: scalar(random) } : { a: scalar(random) }],
    () => (depth > 2 ? ['$exists', true] : ['$not', deeper()]),
    () => ['$unheardOf', 1],
  ]
  return pick(operators)()
}

const share = ({ pick, next }: Random) => pick([0, 0.1, 0.5, 0.9, 1, next()])
const rangeOf = (random: Random): [number, number] => [share(random) / 2, share(random)]
const HASHING = [undefined, 1, 2, 2, 3]

function splitOf(random: Random): Omit<Experiment, 'variations'> {
  const { pick, chance, some, below } = random
  const filter = () => ({
    seed: pick(['f', 'g']),
    ranges: some(() => rangeOf(random), 2),
    ...hashing(),
  })
  const hashing = () =>
    optional({ hashVersion: pick(HASHING), attribute: pick([undefined, 'id', 'deviceId']) })
  return optional({
    key: chance(0.7) ? pick(['x', 'y', 'z']) : undefined,
    seed: chance(0.5) ? pick(['s', 't']) : undefined,
    hashVersion: pick(HASHING),
    hashAttribute: pick([undefined, 'id', 'deviceId', 'country', 'deep']),
    fallbackAttribute: pick([undefined, undefined, 'deviceId', 'country']),
    coverage: chance(0.5) ? share(random) : undefined,
    condition: chance(0.4) ? conditionOf(random) : undefined,
    filters: chance(0.2) ? some(filter, 2) : undefined,
    namespace: chance(0.2) ? ['n', ...rangeOf(random)] : undefined,
    disableStickyBucketing: chance(0.2) || undefined,
    bucketVersion: pick([undefined, 0, 1, 2]),
    minBucketVersion: pick([undefined, undefined, undefined, 1, 2]),
    name: chance(0.2) ? 'An experiment' : undefined,
    phase: chance(0.2) ? `${below(3)}` : undefined,
  }) as Omit<Experiment, 'variations'>
}

const optional = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

function variationsOf(random: Random): Partial<Rule> {
  const { chance, some, pick, next } = random
  const variations = some(() => scalar(random), 4, chance(0.1) ? 1 : 2)
  const count = variations.length
  const weights = pick([
    undefined,
    variations.map(() => 1 / count),
    variations.map(() => next() / count),
    [1],
  ])
  const meta = variations.map((_, index) =>
    optional({
      key: chance(0.9) ? `v${index}` : undefined,
      name: chance(0.2) ? `Variation ${index}` : undefined,
      passthrough: chance(0.1) || undefined,
    }),
  )
  const bandit = chance(0.2) && { contextualBanditRef: pick(['bandit', 'empty', 'gone']) }
  return optional({
    [bandit ? 'contextualVariations' : 'variations']: variations,
    weights,
    meta: chance(0.8) ? meta : undefined,
    ranges: chance(0.2) ? variations.map(() => rangeOf(random)) : undefined,
    ...bandit,
  })
}

function ruleOf(random: Random): Rule {
  const { pick, chance, some } = random
  const prerequisite = () =>
    optional({
      id: pick(FLAGS),
      condition: pick<Condition | undefined>([
        undefined,
        { value: true },
        { value: { $exists: true } },
      ]),
      gate: chance(0.3) || undefined,
    }) as { id: string }
  const decision = chance(0.4) ? { force: scalar(random) } : variationsOf(random)
  return optional({
    ...splitOf(random),
    ...decision,
    id: chance(0.7) ? pick(['r1', 'r2']) : undefined,
    range: chance(0.15) ? rangeOf(random) : undefined,
    parentConditions: chance(0.2) ? some(prerequisite, 2) : undefined,
  })
}

export function payloadOf(random: Random): Payload & { features: object } {
  const { chance, some, below, next } = random
  const feature = () =>
    optional({
      defaultValue: chance(0.9) ? scalar(random) : undefined,
      rules: chance(0.9) ? some(() => ruleOf(random), 4) : undefined,
    })
  const leaf = () => {
    const first = next()
    return { leafId: below(9), condition: conditionOf(random), weights: [first, 1 - first] }
  }
  return {
    features: Object.fromEntries(FLAGS.slice(0, -1).map((key) => [key, feature()])),
    savedGroups: {
      list: ['u1', 'US', 7],
      typed: { type: 'list', attributeKey: 'country', values: ['US', 'de'] },
      query: { type: 'condition', condition: { $savedGroup: { id: 'inner' }, age: { $gt: 17 } } },
      inner: { type: 'condition', condition: conditionOf(random, 1) },
      self: { type: 'condition', condition: { $not: { $savedGroup: { id: 'self' } } } },
      broken: { type: 'list', values: 'US' },
    },
    contextualBandits: {
      bandit: { banditVersion: 7, contexts: some(leaf, 3) },
      empty: { banditVersion: 1, contexts: [] },
    },
  }
}

export function contextOf(random: Random): EvaluationContext {
  const { chance, pick, below } = random
  return {
    attributes: attributesOf(random),
    ...(chance(0.1) && { url: `https://example.com/?${pick(['x', 'y', 'a'])}=${below(4)}#there` }),
    ...(chance(0.1) && { forcedVariations: { [pick(['x', 'a', 'b'])]: below(5) - 1 } }),
    ...(chance(0.05) && { enabled: false }),
    ...(chance(0.05) && { qaMode: true }),
  }
}

/** Documents of earlier days, for some of the attributes. */
export function stickyOf(random: Random, { attributes }: EvaluationContext): StickyDocs {
  const { chance, pick, some, below } = random
  const assignment = () => [`${pick(['x', 'y', 'z', 'a', 'b'])}__${below(3)}`, `v${below(5)}`]
  const docs = Object.entries(attributes).filter(() => chance(0.4))
  return Object.fromEntries(
    docs.map(([attributeName, value]) => {
      const attributeValue = typeof value === 'string' ? value : JSON.stringify(value)
      const assignments = Object.fromEntries(some(assignment, 3))
      return [`${attributeName}||${attributeValue}`, { attributeName, attributeValue, assignments }]
    }),
  )
}
