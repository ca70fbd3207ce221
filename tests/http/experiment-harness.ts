/** Experiments for tests: a flag that splits its audience, and the sums that the pipeline would have made. */
import { vi } from 'vitest'
import { traceparentOf } from '../../shared/trace.ts'
import { edgeContext, edgeLog } from '../../workers/edge-context.ts'
import type { TestApp } from './harness.ts'

const MINUTE = 60_000
export const after = (minutes: number): string =>
  new Date(Date.now() + minutes * MINUTE).toISOString()
export const pass = (minutes: number): void =>
  void vi.useFakeTimers({ now: Date.now() + minutes * MINUTE, toFake: ['Date'] })

export const failed = {
  name: 'failed',
  kind: 'proportion',
  direction: 'decrease',
  role: 'guardrail',
}
export const bought = { name: 'bought', kind: 'proportion', direction: 'increase', role: 'goal' }

const arms = [
  { variant: 'cold', weight: 50 },
  { variant: 'warm', weight: 50 },
]

/** A flag of that name with an experiment of that key, of whom five in a hundred take part. */
export async function makeExperiment(app: TestApp, key: string): Promise<void> {
  const rule = { type: 'experiment', id: 'split', key, status: 'running', variations: arms }
  const made = await app.send('POST', '/api/admin/feature-flags', {
    name: key,
    enabled: true,
    type: 'string',
    defaultValue: 'hello',
    variants: { cold: 'good day', warm: 'hi' },
    environments: { production: { rules: [{ ...rule, coverage: 5, phase: 1 }] } },
  })
  if (made.status !== 201) throw new Error(await made.text())
}

/** Draws anew: what was counted so far belongs to the phase before. */
export async function openPhase(app: TestApp, key: string, phase: number): Promise<void> {
  const path = `/api/admin/feature-flags/${key}`
  const { environments } = Object(await (await app.send('GET', path)).json())
  const [rule] = environments.production.rules
  const rules = [{ ...rule, phase }]
  const changed = await app.send('PATCH', path, {
    environments: { production: { ...environments.production, rules } },
  })
  if (changed.status !== 200) throw new Error(await changed.text())
}

/** What the cron's jobs are given. */
export function jobOf(app: TestApp, name: string) {
  const contextOf = (tenantId: string) => {
    const actor = { type: 'system', job: name } as const
    const origin = { tenantId, actor, requestId: 'r', traceparent: traceparentOf(undefined) }
    return edgeContext(app.env, { ...origin, waitUntil: () => {} })
  }
  return { env: app.env, log: edgeLog(app.env), now: () => new Date(), contextOf }
}
