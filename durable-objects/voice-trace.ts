/** A voice session's effects as spans: each goes on in the trace of the request that opened it. */
import { edgeTracer } from '../workers/edge-context.ts'
import type { Owner } from '../workers/voice/service.ts'
import type { SlowEffect } from '../workers/voice/session.ts'
import { STAGES } from './voice-metrics.ts'

type Execution = Pick<DurableObjectState, 'waitUntil'>

export function traceEffect(
  env: EdgeEnv,
  execution: Execution,
  { effect, owner }: { effect: SlowEffect; owner: Owner | undefined },
  work: () => Promise<void>,
): Promise<void> {
  if (!owner || effect.type === 'finish') return work()
  const { traceparent, requestId, tenantId } = owner
  const waitUntil = (job: Promise<unknown>) => execution.waitUntil(job)
  const entry = { traceparent, requestId, tenantId, waitUntil, execution }
  return edgeTracer.enter(env, entry, { name: `voice.${STAGES[effect.type]}` }, work)
}
