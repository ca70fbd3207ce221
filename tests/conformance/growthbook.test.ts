/**
 * The published cases of GrowthBook's SDKs (specification 0.8.0), all but those of URL redirects,
 * which only a page can follow. GROWTHBOOK_CASES names the file when it is not beside the checkout.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { admitSnapshot } from '../../workers/flags/engine/admission.ts'
import { compileCondition } from '../../workers/flags/engine/condition.ts'
import {
  bucketing,
  bucketRanges,
  chooseVariation,
  evenWeights,
  isInRange,
} from '../../workers/flags/engine/hash.ts'
import { enrol } from '../../workers/flags/engine/inline.ts'
import type { Condition, Experiment, Payload } from '../../workers/flags/engine/payload.ts'
import type {
  EvaluationContext,
  Exposure,
  StickyDoc,
  StickyDocs,
} from '../../workers/flags/engine/run.ts'
import { evaluate } from '../../workers/flags/engine/snapshot.ts'
import { decryptText } from '../../workers/flags/payload-service.ts'
import { asFeatureResult, asResult } from './growthbook-results.ts'

const FILE =
  process.env['GROWTHBOOK_CASES'] ??
  new URL('../../../shared/conformance/growthbook/cases.json', import.meta.url).pathname

type Setting = Omit<EvaluationContext, 'attributes'> &
  Payload & {
    attributes?: EvaluationContext['attributes']
    stickyBucketAssignmentDocs?: StickyDocs
  }

interface Cases {
  evalCondition: [string, Condition, object, boolean, Record<string, unknown>?][]
  hash: [string, string, number, number | null][]
  getBucketRange: [string, [number, number, number[] | null], [number, number][]][]
  feature: [string, Setting, string, object][]
  contextualBandit: [string, Setting, string, object][]
  run: [string, Setting, Experiment, unknown, boolean, boolean][]
  chooseVariation: [string, number, [number, number][], number][]
  getQueryStringOverride: [string, string, string, number, number | null][]
  inNamespace: [string, string, [string, number, number], boolean][]
  getEqualWeights: [number, number[]][]
  decrypt: [string, string, string, string | null][]
  stickyBucket: [string, Setting, StickyDoc[], string, object | null, object][]
}

const cases = read()

function read(): Cases | undefined {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'))
  } catch {
    process.stdout.write(`skipped: GrowthBook’s cases are not at ${FILE}\n`)
    return undefined
  }
}

const contextOf = ({ attributes = {}, ...rest }: Setting): EvaluationContext => {
  return { ...rest, attributes }
}

test('the published cases are there', ({ skip }) => {
  skip(!cases, `GrowthBook’s cases.json is not at ${FILE}; name it in GROWTHBOOK_CASES`)
  const { feature, contextualBandit, stickyBucket, ...rest } = cases!
  const lists = Object.values(rest).filter((list) => Array.isArray(list))
  const total = [...lists, feature, contextualBandit, stickyBucket].flat().length
  expect(total - 4).toBe(513)
})

test.each(cases?.evalCondition ?? [])('condition: %s', (_name, condition, value, holds, groups) => {
  const scope = { groups: groups ?? {}, members: new Map(), within: new Set<string>() }
  const isMet = compileCondition(condition, scope)
  expect(isMet(value)).toBe(holds)
})

test.each(cases?.hash ?? [])('hash of seed %j, value %j, version %i', (seed, value, version, n) => {
  expect(bucketing(seed, version)?.(value) ?? null).toBe(n)
})

test.each(cases?.getBucketRange ?? [])(
  'ranges: %s',
  (_name, [count, coverage, weights], ranges) => {
    const rounded = bucketRanges(count, coverage, weights ?? undefined).map((range) =>
      range.map((end) => expect.closeTo(end, 6)),
    )
    expect(ranges).toEqual(rounded)
  },
)

test.each(cases?.chooseVariation ?? [])('choice: %s', (_name, bucket, ranges, chosen) => {
  expect(chooseVariation(bucket, ranges)).toBe(chosen)
})

test.each(cases?.getEqualWeights ?? [])('even weights of %i', (count, weights) => {
  expect(weights).toEqual(evenWeights(count).map((weight) => expect.closeTo(weight, 6)))
})

test.each(cases?.inNamespace ?? [])('namespace: %s', (_name, id, [name, from, to], isIn) => {
  expect(isInRange(bucketing(`__${name}`, 1)!(id), [from, to])).toBe(isIn)
})

test.each(cases?.getQueryStringOverride ?? [])('query: %s', (_name, key, url, count, index) => {
  const experiment = { key, variations: Array.from({ length: count }, (_, at) => at) }
  const outcome = enrol(admitSnapshot({}), experiment, { attributes: {}, url })
  expect(typeof outcome === 'string' ? null : outcome.variation.index).toBe(index)
})

test.each(cases?.decrypt ?? [])('decryption: %s', async (_name, sealed, key, text) => {
  expect((await decryptText(sealed, key)) ?? null).toBe(text)
})

test.each([...(cases?.feature ?? []), ...(cases?.contextualBandit ?? [])])(
  'flag: %s',
  (_name, setting, key, result) => {
    const evaluation = evaluate(admitSnapshot(payloadOf(setting)), key, contextOf(setting))
    expect(asFeatureResult(evaluation)).toEqual(result)
  },
)

test.each(cases?.run ?? [])(
  'experiment: %s',
  (_name, setting, experiment, value, inExperiment, hashUsed) => {
    const outcome = enrol(admitSnapshot(payloadOf(setting)), experiment, contextOf(setting))
    const exposure: Partial<Exposure> = typeof outcome === 'string' ? {} : outcome
    expect([
      exposure.variation?.value ?? experiment.variations[0],
      typeof outcome === 'object',
      exposure.bucket !== undefined,
    ]).toEqual([value, inExperiment, hashUsed])
  },
)

test.each(cases?.stickyBucket ?? [])(
  'sticky: %s',
  (_name, setting, stored, key, result, documents) => {
    const before: Record<string, unknown> = { ...setting.stickyBucketAssignmentDocs }
    for (const doc of stored.filter((one) => isOf(one, setting))) before[keyOf(doc)] = doc
    const docs = before as unknown as StickyDocs
    const evaluation = evaluate(admitSnapshot(payloadOf(setting)), key, contextOf(setting), docs)
    const after = { ...before }
    for (const doc of evaluation.sticky ?? []) {
      after[keyOf(doc)] = doc
    }
    expect(evaluation.exposure ? asResult(evaluation.exposure) : null).toEqual(result)
    expect(after).toEqual(documents)
  },
)

const payloadOf = ({ features, savedGroups, contextualBandits }: Setting): Payload => ({
  ...(features && { features }),
  ...(savedGroups && { savedGroups }),
  ...(contextualBandits && { contextualBandits }),
})

const keyOf = ({ attributeName, attributeValue }: StickyDoc) =>
  `${attributeName}||${attributeValue}`

/** Only the unit's own documents are read for it. */
const isOf = ({ attributeName, attributeValue }: StickyDoc, { attributes = {} }: Setting) =>
  attributes[attributeName] === attributeValue
