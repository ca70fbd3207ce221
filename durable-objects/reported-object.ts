/** A Durable Object of the edge whose failures are reported: what the platform calls has no caller to tell. */
import { DurableObject } from 'cloudflare:workers'
import type { Origin } from '../shared/context.ts'
import { edgeContext, edgeLog } from '../workers/edge-context.ts'
import { withBill } from '../workers/usage/service.ts'

export abstract class ReportedObject extends DurableObject<EdgeEnv> {
  protected readonly origin = {
    waitUntil: (work: Promise<unknown>): void => this.ctx.waitUntil(work),
  }

  /** Of the call this object is, if it is one yet. */
  protected logOf(call_id: string | undefined) {
    return edgeLog(this.env, this.origin).with({ call_id })
  }

  protected contextOf(owner: Omit<Origin, 'waitUntil'>, call: string | undefined) {
    const ctx = edgeContext(this.env, { ...owner, ...this.origin }, this.logOf(call))
    return withBill(ctx, call ?? ctx.requestId)
  }

  /** Runs what the platform asked for; a failure goes on to the platform as well. */
  protected reporting(call: string | undefined, run: () => void): void {
    try {
      run()
    } catch (error) {
      this.logOf(call).error('voice session failed', { error })
      throw error
    }
  }
}
