/**
 * A gate, as of breaker.ts, whose count of failures all isolates share in Upstash: what three of them saw fail, all
 * leave alone, and exactly one of them tries it again. What is known stays in the isolate, so asking costs no
 * round trip; it is read anew behind the answer. While Upstash does not answer, each isolate counts for itself.
 */
import { type BreakerContext, breakerOf } from './breaker.ts'
import type { ServiceContext } from './context.ts'
import type { LabelsOf } from './metrics-catalogue.ts'
import type { RedisEnv } from './redis.ts'

export type GateContext = BreakerContext & Pick<ServiceContext, 'defer'>

/** Failures in a row, whoever saw them, and how long what failed is left alone. */
const GATE = { failures: 3, openMs: 30_000 }
/** Milliseconds what is known is good for; one who tries has to be done; and all is forgotten. */
const [FRESH_MS, PROBE_MS, FORGET_MS] = [2000, 60_000, 600_000]

/**
 * KEYS: the gate. ARGV: now, failures that shut it, ms a try may take, whether the caller would try.
 * Answers with the failures, until when it is shut, and whether the caller is the one to try.
 */
const READ = `
local state = redis.call('HMGET', KEYS[1], 'failures', 'open', 'probe')
local now = tonumber(ARGV[1])
local failures = tonumber(state[1] or '0')
local open = tonumber(state[2] or '0')
local probe = tonumber(state[3] or '0')
local isOne = 0
if ARGV[4] == '1' and failures >= tonumber(ARGV[2]) and open <= now and probe <= now then
  redis.call('HSET', KEYS[1], 'probe', now + tonumber(ARGV[3]))
  isOne = 1
end
return { failures, open, isOne }`

/** KEYS: the gate. ARGV: now, failures that shut it, ms it is shut, ms all is forgotten after. */
const FAIL = `
local failures = redis.call('HINCRBY', KEYS[1], 'failures', 1)
local open = 0
if failures >= tonumber(ARGV[2]) then
  open = tonumber(ARGV[1]) + tonumber(ARGV[3])
  redis.call('HSET', KEYS[1], 'open', open, 'probe', 0)
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return { failures, open, 0 }`

interface Known {
  failures: number
  openUntil: number
  /** When it was read last; 0 while only this isolate's own count is known. */
  readAt: number
  isReading: boolean
  /** Whether this isolate is counted among those that leave it alone. */
  isCounted: boolean
}

type Service = LabelsOf<'voiceassist_breaker_state'>['service']

const gates = new WeakMap<RedisEnv, Map<string, Known>>()

/** @param name Of what may fail; the same in every isolate. */
export function sharedGate(ctx: GateContext, service: Service, name: string) {
  const key = `breaker:${name}`
  const known = knownOf(ctx.env, name)
  const nowMs = () => ctx.now().getTime()

  function learn(news: Partial<Known>): void {
    Object.assign(known, news)
    const isShut = known.failures >= GATE.failures
    if (isShut === known.isCounted) return
    known.isCounted = isShut
    ctx.metrics.shift('voiceassist_breaker_state', { service }, isShut ? 1 : -1)
  }

  /** @returns whether this caller is the one to try; null when Upstash does not answer */
  async function ask(script: string, ...values: number[]): Promise<boolean | null> {
    const answer = await breakerOf(ctx.env).run(ctx, (redis) =>
      redis.eval<string[], unknown[]>(script, [key], values.map(String)),
    )
    if (answer === null) {
      known.readAt = 0
      return null
    }
    const [failures = 0, openUntil = 0, isOne = 0] = answer.map(Number)
    learn({ failures, openUntil, readAt: nowMs() })
    return isOne === 1
  }

  const read = (wouldTry: boolean) => ask(READ, nowMs(), GATE.failures, PROBE_MS, wouldTry ? 1 : 0)

  function refresh(): void {
    if (known.isReading || nowMs() - known.readAt < FRESH_MS) return
    known.isReading = true
    ctx.defer(read(false).finally(() => void (known.isReading = false)))
  }

  /** Of the callers in this isolate one tries. */
  function isOneHere(): boolean {
    known.openUntil = nowMs() + GATE.openMs
    return true
  }

  return {
    /**
     * Whether to try now. Waits for Upstash only to find out who tries what was shut.
     *
     * @param isPatient Whether to wait also for what others know, while nothing was read yet: where trying
     *   costs more than a round trip.
     */
    async isOpenTo({ isPatient = false } = {}): Promise<boolean> {
      if (isPatient && known.readAt === 0) await read(false)
      else refresh()
      if (known.failures < GATE.failures) return true
      if (nowMs() < known.openUntil) return false
      if (known.readAt === 0) return isOneHere()
      const isOne = await read(true)
      return isOne === null ? isOneHere() : isOne || known.failures < GATE.failures
    },
    succeed(): void {
      if (known.failures === 0) return
      learn({ failures: 0, openUntil: 0 })
      ctx.defer(breakerOf(ctx.env).run(ctx, (redis) => redis.del(key)))
    },
    fail(): void {
      const failures = known.failures + 1
      const isShut = failures >= GATE.failures
      learn({ failures, ...(isShut && { openUntil: nowMs() + GATE.openMs }) })
      ctx.defer(ask(FAIL, nowMs(), GATE.failures, GATE.openMs, FORGET_MS))
    },
  }
}

function knownOf(env: RedisEnv, name: string): Known {
  const ofEnv = gates.get(env) ?? new Map<string, Known>()
  gates.set(env, ofEnv)
  const known = ofEnv.get(name) ?? {
    failures: 0,
    openUntil: 0,
    readAt: 0,
    isReading: false,
    isCounted: false,
  }
  ofEnv.set(name, known)
  return known
}
