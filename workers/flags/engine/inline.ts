/** Experiments that stand by themselves, in code instead of in a flag. */
import { compileExperiment } from './experiment.ts'
import type { Experiment } from './payload.ts'
import type { EvaluationContext, Exposure, Skip, StickyDocs } from './run.ts'
import { runOf, type Snapshot } from './snapshot.ts'

/**
 * @param snapshot Has the saved groups and the prerequisites that the experiment refers to
 * @returns why not, for who is not in it
 */
export function enrol(
  snapshot: Snapshot,
  experiment: Experiment,
  context: EvaluationContext,
  sticky?: StickyDocs,
): Exposure | Skip {
  return compileExperiment(experiment, snapshot.surroundings)(runOf(context, sticky))
}
