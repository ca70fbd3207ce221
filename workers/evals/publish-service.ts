/** Publishing a knowledge base: only with what its gate asks for measured, or for a reason on record. */
import { ProblemError } from '../../shared/errors.ts'
import type { Base } from '../knowledge/schemas.ts'
import { baseVersion, publication } from '../knowledge/service.ts'
import { isOf, type Missed, missedBy } from './gate.ts'
import type { Gate, GateState, Publish } from './publish-schemas.ts'
import { profileOf, type RunContext } from './run-service.ts'
import { selectRuns } from './run-store.ts'
import { NewEvalRun } from './schemas.ts'
import { findSet } from './store.ts'

/** Newest runs that are looked at. */
const RUNS = 50

/** @throws ProblemError not_found */
export async function gateState(ctx: RunContext, id: string): Promise<GateState> {
  const [gate, version] = await Promise.all([publication.gateOf(ctx, id), baseVersion(ctx, id)])
  if (gate === null) return { gate, version, runId: null, missed: [], isMet: true }
  const [runs, profile] = await Promise.all([
    selectRuns(ctx, { set: gate.setId, limit: RUNS }),
    profileOf(ctx, NewEvalRun.parse({})),
  ])
  const run = runs.find((one) => isOf(one, version, profile))
  const missed = missedBy(run?.summary ?? null, gate.least)
  return { gate, version, runId: run?.id ?? null, missed, isMet: missed.length === 0 }
}

/**
 * @throws ProblemError not_found; invalid_fields for a set of another knowledge base; conflict for closing
 * the default one
 */
export async function setGate(ctx: RunContext, id: string, gate: Gate): Promise<GateState> {
  await publication.gateOf(ctx, id)
  const set = await findSet(ctx, gate.setId)
  if (set?.kbId !== id) {
    const detail = 'is no set of cases of this knowledge base'
    const errors = [{ in: 'json', pointer: '/setId', detail }]
    throw new ProblemError('invalid_fields', 'Correct the fields named in errors.', { errors })
  }
  await publication.setGate(ctx, id, gate)
  return gateState(ctx, id)
}

/** @throws ProblemError not_found */
export const removeGate = (ctx: RunContext, id: string): Promise<void> =>
  publication.setGate(ctx, id, null)

/** @throws ProblemError not_found; conflict when the gate is not met, or documents changed meanwhile */
export async function publish(
  ctx: RunContext,
  id: string,
  { replaces, override }: Publish,
): Promise<Base> {
  const { version, missed, isMet, runId } = await gateState(ctx, id)
  if (!isMet && !override) throw new ProblemError('conflict', refusalOf(missed, runId, version))
  const facts = {
    version,
    ...(runId && { run: runId }),
    ...(replaces !== undefined && { replaces }),
    ...(!isMet && { missed: missed.length }),
  }
  // A reason nobody had to give is none.
  const reason = isMet ? undefined : override?.reason
  return publication.publish(ctx, id, { version, replaces, reason, facts })
}

function refusalOf(missed: readonly Missed[], runId: string | null, version: number): string {
  const how = 'Or give a reason to publish it all the same: override.'
  if (runId === null)
    return `Run the gate's set at version ${version} with the settings people get. ${how}`
  const short = missed.map(
    ({ measure, least, got }) => `${measure} ${got ?? 'unknown'} of ${least}`,
  )
  return `The gate is not met: ${short.join(', ')}. ${how}`
}
