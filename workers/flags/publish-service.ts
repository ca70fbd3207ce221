/**
 * The one way to change flags: read the model, decide, compile the snapshots it leads to, and store rows,
 * revision, snapshots, outbox and audit entry in one transaction. Whoever lost a race decides anew on the
 * model as it is then.
 */
import { sha256Hex } from '../../shared/digest.ts'
import { ProblemError } from '../../shared/errors.ts'
import { auditEntry, type AuditDetails } from '../audit/service.ts'
import { canonicalText, compilePayload, type SnapshotPayload } from './compile.ts'
import { admitSnapshot } from './engine/admission.ts'
import { LimitError, SnapshotError } from './engine/limits.ts'
import { type Finding, lintChange } from './lint.ts'
import { commitChange, selectModel } from './model-store.ts'
import { applyWrites, type Model, type Write } from './model.ts'
import type { StoredSnapshot } from './published.ts'
import { announceSnapshot, type SnapshotContext } from './snapshot-service.ts'
import { statementsOf } from './write-store.ts'

export interface Change {
  writes: readonly Write[]
  event: Parameters<typeof auditEntry>[1]
  details: AuditDetails
  /** What was said to it beforehand; without, it may touch no environment that asks for approvals. */
  consent?: Consent
}

/** `stop` only takes values away, as a kill switch does; `emergency` is in the audit log as such. */
type Consent = { type: 'approved'; approvals: number } | { type: 'emergency' } | { type: 'stop' }

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
 * @throws ProblemError invalid_fields for what lint refuses, conflict when approvals are missing or
 *   others were faster each time
 */
export async function publishChange(
  ctx: SnapshotContext,
  decide: (model: Model) => Change,
): Promise<Published> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = await selectModel(ctx)
    const change = decide(before)
    const after = applyWrites(before, change.writes)
    refuse(lintChange(before, after))
    const snapshots = await changedSnapshots(after)
    checkConsent(before, after, change.consent)
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
    return { before, after: withSnapshots(after, snapshots), environments }
  }
  throw new ProblemError('conflict', 'Many changes of flags at once: try again.')
}

function withSnapshots(model: Model, snapshots: Snapshots): Model {
  const environments = new Map(model.environments)
  for (const { environment, version, sha256 } of snapshots) {
    const before = environments.get(environment)
    if (before) environments.set(environment, { ...before, version, sha256 })
  }
  return { ...model, environments }
}

type Snapshots = (StoredSnapshot & { environment: string })[]

/** Of the environments whose payload is another than that of their newest snapshot. */
async function changedSnapshots(model: Model): Promise<Snapshots> {
  const all = [...model.environments.values()].map(async ({ name, version, sha256: before }) => {
    const compiled = compilePayload(model, name)
    const payload = canonicalText(compiled)
    const sha256 = await sha256Hex(payload)
    if (sha256 === before) return []
    refuse(findingsOf(name, compiled, payload))
    return [{ environment: name, version: version + 1, sha256, payload }]
  })
  return (await Promise.all(all)).flat()
}

/** Characters of a payload. */
const LARGEST = 1024 * 1024

/** What the engine would not take. */
function findingsOf(environment: string, payload: SnapshotPayload, text: string): Finding[] {
  const pointer = `/environments/${environment}`
  if (text.length > LARGEST) {
    const detail = `The snapshot of ${environment} has ${text.length} characters, of at most ${LARGEST}: remove flags, or shorten lists.`
    return [{ rule: 'snapshot-size', pointer, detail }]
  }
  try {
    admitSnapshot(payload)
    return []
  } catch (error) {
    if (error instanceof LimitError) return [{ rule: error.limit, pointer, detail: error.message }]
    if (error instanceof SnapshotError) return [{ rule: 'payload', pointer, detail: error.message }]
    throw error
  }
}

/** @throws ProblemError invalid_fields */
export function refuse(findings: readonly Finding[]): void {
  const [first] = findings
  if (!first) return
  const errors = findings.map(({ rule, pointer, detail }) => {
    return { in: 'json', pointer, detail: `${rule}: ${detail}` }
  })
  throw new ProblemError('invalid_fields', `${first.rule}: ${first.detail}`, { errors })
}

/**
 * A kill switch needs no approval, and what is changed behind it does.
 *
 * @throws ProblemError conflict
 */
function checkConsent(before: Model, after: Model, consent: Consent | undefined): void {
  if (consent?.type === 'emergency' || consent?.type === 'stop') return
  const given = consent?.type === 'approved' ? consent.approvals : 0
  for (const { name, approvals } of before.environments.values()) {
    if (given >= approvals) continue
    const [was, becomes] = [before, after].map((model) => {
      return canonicalText(compilePayload(model, name, false))
    })
    if (was === becomes) continue
    const detail = `A change of ${name} needs ${approvals} approvals and has ${given}: make a draft of the flag, or a proposal of the segment or override, and have others approve.`
    throw new ProblemError('conflict', detail)
  }
}
