/**
 * The end of tenants whose deletion is due, run by the edge's minute cron: the identity Worker
 * closes them and, minutes later, names those to erase. Every step may run again, so a run that
 * fails or takes too long is taken up by the next one.
 */
import type { Log } from '../../shared/log.ts'
import { currentTraceparent } from '../../shared/tracing.ts'
import { eraseCache, eraseFiles, type RemainsEnv } from './erasure-client.ts'

export interface ErasureContext {
  readonly log: Log
  readonly env: RemainsEnv & {
    readonly IDENTITY: {
      closeDueTenants(traceparent?: string): Promise<string[]>
      eraseTenantRows(tenantId: string): Promise<boolean>
      finishErasure(tenantId: string): Promise<void>
    }
  }
}

/** Calls per tenant and run; each takes the rows of some hundred documents. */
const MOST_CALLS = 20

export async function eraseTenants(ctx: ErasureContext): Promise<void> {
  for (const tenantId of await ctx.env.IDENTITY.closeDueTenants(currentTraceparent())) {
    try {
      await eraseTenant(ctx, tenantId)
    } catch (error) {
      ctx.log.error('a tenant could not be erased yet', { tenant_id: tenantId, error })
    }
  }
}

/** Files before rows: while rows are left the tenant is known to be unfinished. */
async function eraseTenant({ env, log }: ErasureContext, tenantId: string): Promise<void> {
  if (!(await eraseFiles(env, tenantId))) return
  await eraseCache(env, tenantId)
  for (let calls = 0; calls < MOST_CALLS; calls++) {
    if (!(await env.IDENTITY.eraseTenantRows(tenantId))) continue
    await env.IDENTITY.finishErasure(tenantId)
    log.info('a tenant was erased', { tenant_id: tenantId })
    return
  }
}
