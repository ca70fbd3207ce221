/** Flags that depend on other flags. */
import { compileCondition, type Scope } from './condition.ts'
import { LimitError, LIMITS } from './limits.ts'
import type { Feature, Prerequisite } from './payload.ts'
import { type Evaluation, fixedEvaluation, type Run } from './run.ts'

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

export const UNKNOWN_FLAG = fixedEvaluation(null, 'UNKNOWN', 'unknownFeature')

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
      if (exposure?.hashUsed) (run.otherExposures ??= []).push(exposure)
      if (source === 'cyclicPrerequisite') return 'cycle'
      if (!test({ value })) return isGate ? 'gate' : 'unmet'
    }
    return 'met'
  }
}

/**
 * Cycles pass: what they give is decided when they are met.
 *
 * @throws LimitError prerequisiteDepth
 */
export function checkDepth(features: Readonly<Record<string, Feature>>): void {
  const depths = new Map<string, number>()
  const depthOf = (key: string, level: number): number => {
    const known = depths.get(key)
    if (known !== undefined) return bounded(known + level, key) - level
    depths.set(key, 0)
    const rules = Object.hasOwn(features, key) ? (features[key]?.rules ?? []) : []
    const parents = rules.flatMap(({ parentConditions = [] }) => parentConditions)
    const below = parents.map(({ id }) => depthOf(id, bounded(level + 1, key)) + 1)
    const depth = below.reduce((most, one) => Math.max(most, one), 0)
    depths.set(key, depth)
    return depth
  }
  for (const key of Object.keys(features)) depthOf(key, 0)
}

function bounded(depth: number, key: string): number {
  if (depth <= LIMITS.prerequisiteDepth) return depth
  const advice = 'let it depend on fewer flags that depend on others.'
  throw new LimitError('prerequisiteDepth', `Flag ${key}`, advice)
}
