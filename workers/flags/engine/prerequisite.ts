/** Flags that depend on other flags. */
import { compileCondition, type Scope } from './condition.ts'
import type { Prerequisite } from './payload.ts'
import { type Evaluation, evaluationOf, type Exposure, type Run } from './run.ts'

/** A flag, compiled. */
export interface Flag {
  evaluate(run: Run): Evaluation
}

/** What a flag is compiled with: itself, the others, and where its conditions stand. */
export interface Surroundings {
  readonly flagKey: string | null
  readonly find: (key: string) => Flag | undefined
  readonly scope: Scope
}

export const UNKNOWN_FLAG = evaluationOf(null, 'UNKNOWN', 'unknownFeature')

/** `gate`: the whole flag has no value. `cycle`: a flag depends on itself. */
export type Standing = 'met' | 'unmet' | 'gate' | 'cycle'

export function compilePrerequisites(
  prerequisites: readonly Prerequisite[] = [],
  { find, scope }: Surroundings,
): ((run: Run) => Standing) | undefined {
  if (prerequisites.length === 0) return undefined
  const parents = prerequisites.map(({ id, condition = {}, gate }) => {
    return { flag: find(id), test: compileCondition(condition, scope), isGate: gate === true }
  })
  return (run) => {
    for (const { flag, test, isGate } of parents) {
      const { source, value, exposure } = flag?.evaluate(run) ?? UNKNOWN_FLAG
      run.bucket = undefined
      if (exposure) noteExposure(run, exposure)
      if (source === 'cyclicPrerequisite') return 'cycle'
      if (!test({ value })) return isGate ? 'gate' : 'unmet'
    }
    return 'met'
  }
}

/** Of an experiment that does not decide the flag that is asked for. A forced one does not count. */
export function noteExposure(run: Run, exposure: Exposure): void {
  if (exposure.bucket !== undefined) (run.otherExposures ??= []).push(exposure)
}
