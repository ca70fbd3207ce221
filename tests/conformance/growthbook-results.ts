/** The engine's evaluations in the words of GrowthBook's SDKs, to hold the two side by side. */
import type { Evaluation, Exposure, Variation } from '../../workers/flags/engine/run.ts'

export function asFeatureResult({ value, source, ruleId, exposure }: Evaluation) {
  const experiment = exposure && {
    experiment: asExperiment(exposure),
    experimentResult: asResult(exposure),
  }
  return { value, on: !!value, off: !value, source, ruleId, ...experiment }
}

/** What the SDKs take from a rule when they name its experiment. */
const FIELDS = [
  'variations',
  'key',
  'coverage',
  'weights',
  'hashAttribute',
  'fallbackAttribute',
  'disableStickyBucketing',
  'bucketVersion',
  'minBucketVersion',
  'namespace',
  'meta',
  'ranges',
  'name',
  'phase',
  'seed',
  'hashVersion',
  'filters',
  'condition',
] as const

function asExperiment({ variation, bucket }: Exposure) {
  const { experiment } = variation
  const fields = FIELDS.filter((field) => experiment[field] || experiment[field] === 0)
  return {
    ...Object.fromEntries(fields.map((field) => [field, experiment[field]])),
    ...(bucket !== undefined && banditOf(variation)),
  }
}

function banditOf({ experiment: { contextualBandit } }: Variation) {
  return contextualBandit && { contextualBandit: withoutGaps(contextualBandit) }
}

/** Without what is not said, as in a result that went through JSON. */
const withoutGaps = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

export function asResult({ variation, bucket, isStuck, ...unit }: Exposure) {
  const { index, flagKey, key, name, value, isPassthrough, experiment } = variation
  return {
    ...unit,
    key,
    value,
    variationId: index,
    featureId: flagKey,
    inExperiment: true,
    hashUsed: bucket !== undefined,
    stickyBucketUsed: isStuck,
    ...withoutGaps({ name, bucket, ...(bucket !== undefined && experiment.contextualBandit) }),
    ...(isPassthrough && { passthrough: true }),
  }
}
