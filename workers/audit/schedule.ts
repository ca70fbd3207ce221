/** The checkpoints of all chains that have grown: hourly, and when 10,000 entries came before that. */
import type { WithEnv } from '../../shared/context.ts'
import { type BucketEnv, type SigningEnv, storeCheckpoint } from './checkpoint-client.ts'
import { dueCheckpoints, markCheckpoint, type StoreContext } from './store.ts'

export type CheckpointContext = StoreContext & WithEnv<BucketEnv & SigningEnv>

/** Chains per run; the rest is due a minute later. */
const MOST = 100

/** One chain's failure is its own: it is due again a minute later. */
export async function checkpointChains(ctx: CheckpointContext): Promise<void> {
  for (const chain of await dueCheckpoints(ctx, MOST)) {
    const { tenantId, seq, hash } = chain
    const own = { ...ctx, tenantId }
    try {
      await storeCheckpoint(own, seq, await ctx.env.IDENTITY.signCheckpoint(chain))
      await markCheckpoint(own, seq)
      // A second witness, wherever the logs go.
      ctx.log.info('audit checkpoint', { tenant_id: tenantId, seq, hash })
    } catch (error) {
      ctx.log.error('an audit checkpoint failed', { tenant_id: tenantId, seq, error })
    }
  }
}
