/**
 * Log lines for a Loki of one's own, beside those on the console. They leave after the response in
 * batches that nobody waits for; a failure is counted and goes no further. Off without LOKI_URL.
 * https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs
 */
import { type Batcher, createBatcher, type WaitUntil } from './batcher.ts'
import type { Level, Line } from './log.ts'
import { type MetricsEnv, metricsOf } from './metrics.ts'
import { secretHeaders } from './secret-headers.ts'

export interface PushEnv extends MetricsEnv {
  readonly ENVIRONMENT: string
  /** Base address of a Loki; empty, and lines go to none. */
  readonly LOKI_URL: string
}

/** Lines in a batch, milliseconds it waits, lines that wait at most. */
const BATCH = { maxBatch: 512, delayMs: 1000, maxQueue: 2048 }

/** Milliseconds a Loki has to answer. */
const TIMEOUT_MS = 5000

const pushers = new WeakMap<object, Batcher<Line>>()

/**
 * What takes lines of the Worker `service` to Loki; undefined where there is none.
 *
 * @param waitUntil Carries a batch, and what already waits for a carrier. Without one, lines leave
 *   with the next batch somebody else carries.
 */
export function pushTo(
  env: PushEnv,
  service: string,
  waitUntil?: WaitUntil,
): ((line: Line) => void) | undefined {
  if (!env.LOKI_URL) return undefined
  const pusher = pushers.get(env) ?? pusherOf(env, service)
  pushers.set(env, pusher)
  if (waitUntil) pusher.add([], waitUntil)
  return (line) => pusher.add([line], waitUntil)
}

/** The same for code that knows its environment alone: a driver's, below every request. */
export function pushOf(env: object): ((line: Line) => void) | undefined {
  const pusher = pushers.get(env)
  return pusher && ((line) => pusher.add([line]))
}

function pusherOf(env: PushEnv, service: string): Batcher<Line> {
  return createBatcher<Line>({
    ...BATCH,
    send: (lines) => post(env, toStreams(lines, { service, environment: env.ENVIRONMENT })),
    onResult: (result, lines) =>
      metricsOf(env).inc('voiceassist_log_lines_pushed_total', { result }, lines),
  })
}

async function post(env: PushEnv, body: object): Promise<void> {
  const response = await fetch(`${env.LOKI_URL}/loki/api/v1/push`, {
    method: 'POST',
    headers: { ...(await secretHeaders(env, 'LOKI_HEADERS')), 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`Loki answered ${response.status}`)
}

/** Few labels of few values, as Loki wants them: what else is of interest stands in the line. */
interface Place {
  service: string
  environment: string
}

function toStreams(lines: readonly Line[], { service, environment }: Place) {
  const numbered = lines.map((line, index) => ({ ...line, index }))
  const levels = Map.groupBy(numbered, ({ level }) => level)
  const streams = [...levels].map(([level, those]) => ({
    stream: { service_name: `voiceassist-${service}`, environment, level } satisfies Labels,
    // Nanoseconds, as text. Within a millisecond the batch's order stands, and no line is another's double.
    values: those.map(({ at, index, text }) => [`${at}${String(index).padStart(6, '0')}`, text]),
  }))
  return { streams }
}

interface Labels {
  service_name: string
  environment: string
  level: Level
}
