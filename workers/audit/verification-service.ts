/**
 * The daily look at every audit log: chain, tombstones and signed checkpoints, in slices that fit
 * into the minute cron. What is wrong goes to the log under a name of its own, and to those who run
 * the platform by mail.
 */
import type { WithEnv } from '../../shared/context.ts'
import { type Fault, isFault } from './chain.ts'
import {
  type BucketEnv,
  checkpointKeys,
  type KeysEnv,
  listCheckpoints,
} from './checkpoint-client.ts'
import { anchorsOf, type CheckpointKey } from './checkpoint.ts'
import * as store from './store.ts'
import {
  beginVerification,
  concludeVerification,
  continueVerification,
  type Progress,
  type Verdict,
} from './verify.ts'

interface AlertEnv {
  readonly IDENTITY: {
    /** Mails those who run the platform that this tenant's log is broken. */
    alertBrokenLog(alert: { tenantId: string; kind: string; seq: number }): Promise<void>
  }
}

export type VerificationContext = store.StoreContext & WithEnv<BucketEnv & KeysEnv & AlertEnv>

/** Logs per run, and pages of each: some 20,000 rows, a second or two of hashing. */
const MOST = { logs: 20, pages: 5, rows: 1000 }

/** What alerts are made of, wherever the logs go; it does not change. */
const ALERT = 'audit.verification.failed'

/** One log's failure is its own: it is due again a minute later. */
export async function verifyChains(ctx: VerificationContext): Promise<void> {
  const due = await store.dueChecks(ctx, MOST.logs)
  if (due.length === 0) return
  const keys = await checkpointKeys(ctx.env)
  for (const tenantId of due) {
    try {
      await verifySlice({ ...ctx, tenantId }, keys)
    } catch (error) {
      ctx.log.error('an audit log could not be verified now', { tenant_id: tenantId, error })
    }
  }
}

async function verifySlice(ctx: VerificationContext, keys: readonly CheckpointKey[]) {
  let progress = await store.findProgress(ctx)
  for (let page = 0; page < MOST.pages; page++) {
    const outcome = await verifyPage(ctx, keys, progress)
    if ('type' in outcome) return conclude(ctx, outcome)
    progress = outcome
  }
  if (progress) await store.saveCheck(ctx, { progress })
}

/** One page further, or the verdict after the last. */
async function verifyPage(
  ctx: VerificationContext,
  keys: readonly CheckpointKey[],
  known: Progress | undefined,
): Promise<Progress | Verdict> {
  const after = known?.link.seq ?? 0
  const { rows, head, tombstones } = await store.selectChain(ctx, { after, limit: MOST.rows })
  const progress = standing(known, beginVerification(tombstones))
  const last = rows.at(-1)?.seq ?? after
  const isLast = rows.length < MOST.rows || last >= head.seq
  // At the end also those that know of entries which are no longer there.
  const through = isLast ? Number.MAX_SAFE_INTEGER : last
  const signed = await listCheckpoints(ctx, progress.link.seq, through)
  const anchors = await anchorsOf(ctx.tenantId, signed, keys)
  if (isFault(anchors)) return broken(anchors)
  const next = await continueVerification(ctx.tenantId, progress, { rows, anchors })
  if (isFault(next)) return broken(next)
  return isLast ? concludeVerification(next, head) : next
}

/** What was erased meanwhile takes along where we stood. */
const standing = (known: Progress | undefined, fresh: Progress): Progress =>
  known && fresh.start.seq <= known.link.seq ? known : fresh

async function conclude(ctx: VerificationContext, verdict: Verdict): Promise<void> {
  const { tenantId, log } = ctx
  const done = { progress: null, verifiedAt: ctx.now() }
  if (verdict.type === 'intact') {
    await store.saveCheck(ctx, { ...done, fault: null })
    log.info('audit log verified', { tenant_id: tenantId, seq: verdict.link.seq })
    return
  }
  const { kind, seq, detail } = verdict.fault
  log.error('an audit log is broken', { event: ALERT, tenant_id: tenantId, kind, seq, detail })
  await ctx.env.IDENTITY.alertBrokenLog({ tenantId, kind, seq })
  await store.saveCheck(ctx, { ...done, fault: `${kind}:${seq}` })
}

const broken = (fault: Fault): Verdict => ({ type: 'broken', fault })
