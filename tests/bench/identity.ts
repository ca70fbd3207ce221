/** What identity costs beside the guard: a sign-in, and an entry of the audit log. */
import { createContext } from '../../shared/context.ts'
import { createLog } from '../../shared/log.ts'
import { metricsOf } from '../../shared/metrics.ts'
import type { AuditMessage } from '../../workers/audit/schemas.ts'
import { appendEntries } from '../../workers/audit/store.ts'
import { hashPassword } from '../../workers/identity/issuer/password.ts'
import { cpuTimeOf } from './cpu.ts'
import { type Bench, OWNER, post } from './stack.ts'

const SIGN_INS = 24
const BATCHES = 20
/** As many as the queue delivers at once. */
const BATCH = 100

/** Every sign-in has to hash one password; what it costs is counted in hashes of the same run. */
export async function measureSignIn({ edge, pid }: Bench) {
  const { email, password } = OWNER
  const signIn = () => post(`${edge}/api/auth/sign-in/email`, { email, password })
  const millis = await cpuMillisOf(pid, SIGN_INS, signIn)
  const hashMillis = await cpuMillisOf(process.pid, SIGN_INS, () => hashPassword('', password))
  return { millis, hashes: millis / hashMillis }
}

/** @returns CPU milliseconds per entry of a full batch, the embedded database's included */
export async function measureAudit({ database, tenantId }: Bench): Promise<number> {
  const ctx = createContext(
    database,
    { log: createLog({ level: 'warn' }), metrics: metricsOf(database) },
    {
      tenantId,
      actor: { type: 'system', job: 'bench' },
      requestId: crypto.randomUUID(),
      traceparent: '',
      waitUntil: () => {},
    },
  )
  const append = () => appendEntries(ctx, entriesOf(tenantId))
  return (await cpuMillisOf(process.pid, BATCHES, append)) / BATCH
}

/** CPU milliseconds that process `pid` spends on each of `times` runs, after one that warms up. */
async function cpuMillisOf(pid: number, times: number, run: () => Promise<unknown>) {
  await run()
  const before = cpuTimeOf(pid)
  for (let n = 0; n < times; n++) await run()
  return (cpuTimeOf(pid) - before) / times / 1000
}

function entriesOf(tenant: string): AuditMessage[] {
  return Array.from({ length: BATCH }, () => ({
    at: new Date().toISOString(),
    entry: {
      v: 1,
      id: crypto.randomUUID(),
      event: 'authz.denied',
      tenant,
      actor: crypto.randomUUID(),
      actorType: 'user',
      resource: { type: 'route', id: 'DELETE /api/admin/kb/documents/{id}' },
      outcome: 'denied',
      reason: 'It needs the permission kb.delete.',
      requestId: crypto.randomUUID(),
      traceId: crypto.randomUUID().replaceAll('-', ''),
    },
  }))
}
