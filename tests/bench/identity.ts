/** What identity costs by itself: checking a token, a sign-in, and an entry of the audit log. */
import { setTimeout } from 'node:timers/promises'
import { createContext } from '../../shared/context.ts'
import { createLog } from '../../shared/log.ts'
import { metricsOf } from '../../shared/metrics.ts'
import type { AuditMessage } from '../../workers/audit/schemas.ts'
import { appendEntries } from '../../workers/audit/store.ts'
import { hashPassword } from '../../workers/identity/issuer/password.ts'
import { cpuTimeOf, median, SETTLE_MS } from './cpu.ts'
import { type Bench, OWNER, post } from './stack.ts'

/** An odd number. The first warms up, and the median does not mind. */
const ROUNDS = 5
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

/** Fewer than an isolate remembers. */
const TOKENS = 400
/** Looks at each of them once it is known. */
const LOOKS = 250

/**
 * CPU microseconds that the check of a token takes which the isolate has not seen, and which it has.
 * Differences of like requests: what the request itself costs is in both.
 */
export async function measureTokens(bench: Bench) {
  const { edge, pid } = bench
  const check = async (tokens: readonly string[], times: number) => {
    const before = cpuTimeOf(pid)
    await post(`${edge}/bench/tokens`, { tokens, times })
    return cpuTimeOf(pid) - before
  }
  const rounds = []
  for (let n = 0; n < ROUNDS; n++) {
    const tokens = await bench.mintTokens(TOKENS)
    await setTimeout(SETTLE_MS)
    const [unseen, seen] = [await check(tokens, 1), await check(tokens, 1)]
    const often = await check(tokens, 1 + LOOKS)
    rounds.push({
      verify: (unseen - seen) / TOKENS,
      hit: (often - seen) / (TOKENS * LOOKS),
    })
  }
  return {
    verifyMicros: median(rounds.map(({ verify }) => verify)),
    hitMicros: median(rounds.map(({ hit }) => hit)),
  }
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
