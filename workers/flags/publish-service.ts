/**
 * The one way to change flags: read the model, decide, compile the snapshots it leads to, and store rows,
 * revision, snapshots, outbox and audit entry in one transaction. Whoever lost a race decides anew on the
 * model as it is then.
 */
import { ProblemError } from '../../shared/errors.ts'
import { auditEntry, type AuditDetails } from '../audit/service.ts'
import { canonicalText, compilePayload } from './compile.ts'
import { commitChange, selectModel } from './model-store.ts'
import { applyWrites, type Model, type Write } from './model.ts'
import { announceSnapshot, digest, type SnapshotContext } from './snapshot-service.ts'
import type { SnapshotRecord } from './snapshot-store.ts'
import { statementsOf } from './write-store.ts'

export interface Change {
  writes: readonly Write[]
  event: Parameters<typeof auditEntry>[1]
  details: AuditDetails
}

export interface Published {
  before: Model
  after: Model
  /** Environments that have a new snapshot. */
  environments: readonly string[]
}

/** Changes at once of one tenant that are all stored, each after the other. */
const ATTEMPTS = 12

/**
 * @param decide Called again when the model changed meanwhile; what it throws reaches the caller
 * @throws ProblemError conflict when others were faster each time
 */
export async function publishChange(
  ctx: SnapshotContext,
  decide: (model: Model) => Change,
): Promise<Published> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = await selectModel(ctx)
    const change = decide(before)
    const after = applyWrites(before, change.writes)
    const snapshots = await changedSnapshots(after)
    const stored = await commitChange(ctx, {
      seen: before.version,
      writes: statementsOf(ctx, before, change.writes),
      snapshots,
      entry: auditEntry(ctx, change.event, change.details),
    })
    if (!stored) continue
    const environments = snapshots.map(({ environment }) => environment)
    await Promise.all(
      snapshots.map(({ environment, version }) => announceSnapshot(ctx, environment, version)),
    )
    return { before, after, environments }
  }
  throw new ProblemError('conflict', 'Many changes of flags at once: try again.')
}

type Snapshots = (SnapshotRecord & { environment: string })[]

/** Of the environments whose payload is another than that of their newest snapshot. */
async function changedSnapshots(model: Model): Promise<Snapshots> {
  const all = [...model.environments.values()].map(async ({ name, version, sha256: before }) => {
    const payload = canonicalText(compilePayload(model, name))
    const sha256 = await digest(payload)
    if (sha256 === before) return []
    return [{ environment: name, version: version + 1, sha256, payload }]
  })
  return (await Promise.all(all)).flat()
}
