/** The engine's evaluations in the words of GrowthBook's SDKs, to hold the two side by side. */
import type { Evaluation, Exposure } from '../../workers/flags/engine/run.ts'

export function asFeatureResult({ value, source, ruleId, exposure }: Evaluation) {
  const experiment = exposure && {
    experiment: exposure.experiment,
    experimentResult: asResult(exposure),
  }
  return { value, on: !!value, off: !value, source, ruleId, ...experiment }
}

/** Without what is not said, as in a result that went through JSON. */
export function asResult({ experiment, name, bucket, passthrough, ...rest }: Exposure) {
  const { leafId, variationWeights, banditVersion } = experiment.contextualBandit ?? {}
  const optional = { name, bucket, leafId, variationWeights, banditVersion }
  const said = Object.entries(optional).filter(([, value]) => value !== undefined)
  return {
    ...rest,
    inExperiment: true,
    ...Object.fromEntries(said),
    ...(passthrough && { passthrough }),
  }
}
