/** A context with a clock to hold, a log to read, and work left behind to wait for. */
import { createContext } from '../../../shared/context.ts'
import { createLog } from '../../../shared/log.ts'
import { NO_METRICS } from '../../../shared/metrics.ts'

export function startContext<Env>(env: Env, tenantId = 'acme') {
  const clock = { ms: Date.parse('2026-11-20T12:00:00Z') }
  const lines: Record<string, unknown>[] = []
  const deferred: Promise<unknown>[] = []
  const log = createLog({ level: 'debug', write: (line) => lines.push(JSON.parse(line)) })
  const origin = {
    tenantId,
    actor: { type: 'system', job: 'test' },
    requestId: 'r1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    waitUntil: (work: Promise<unknown>) => void deferred.push(work),
  } as const
  const ctx = {
    ...createContext(env, { log, metrics: NO_METRICS }, origin),
    now: () => new Date(clock.ms),
  }
  const settle = async () => {
    while (deferred.length > 0) await Promise.all(deferred.splice(0))
  }
  return { ctx, clock, lines, settle }
}
