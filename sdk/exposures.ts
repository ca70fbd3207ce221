/**
 * What OpenFeature's own clients do not send: that a flag of an experiment was used, and what a unit did.
 * A hook and a `track` for any provider over OFREP; not a provider, and no dependency.
 */
interface Context {
  targetingKey?: string | undefined
}
interface Details {
  variant?: string | undefined
  flagMetadata?: Readonly<Record<string, unknown>> | undefined
}

export interface ReporterOptions {
  /** Where the flags come from: `https://voiceassist.example`. */
  baseUrl: string
  /** The one the provider has. */
  key: string
  /** Milliseconds that reports wait for company; 2,000 when left out. */
  delayMs?: number
  /** The browser's `window`: what waits is sent when it is hidden. Left out on a server. */
  page?: { addEventListener: (type: 'pagehide', listener: () => void) => void }
}

export interface Reporter {
  /** For `OpenFeature.addHooks(hook)`. Says once that a unit used a variation. */
  hook: { after: (hook: { flagKey: string; context: Context }, details: Details) => void }
  /** What `client.track(…)` calls, once it is the provider's: `provider.track = reporter.track`. */
  track: (name: string, context?: Context, details?: { value?: number | undefined }) => void
  /** Sends what waits; never throws. */
  flush: () => Promise<void>
}

/** In one request, and of what waits while the server cannot be reached. */
const BATCH = 100
const MOST = 1000

export function createReporter({ baseUrl, key, page, delayMs = 2000 }: ReporterOptions): Reporter {
  const waiting: Record<'exposures' | 'track', object[]> = { exposures: [], track: [] }
  const told = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const send = async (path: 'exposures' | 'track', items: object[]): Promise<void> => {
    const body = JSON.stringify({ [path === 'track' ? 'events' : path]: items })
    const headers = { 'content-type': 'application/json', 'x-api-key': key }
    const url = `${baseUrl}/api/${path}`
    // It outlives the page.
    const init = { method: 'POST', headers, body, keepalive: true }
    const answer = await fetch(url, init).catch(() => undefined)
    if (answer?.status === 422) {
      // Some are of an experiment that is over: without those that it names, once more.
      const { errors = [] }: { errors?: { pointer: string }[] } = await answer.json()
      const bad = new Set(errors.map(({ pointer }) => Number(pointer.split('/')[2])))
      const good = items.filter((_, index) => !bad.has(index))
      if (good.length > 0 && good.length < items.length) await send(path, good)
    } else if (!answer || answer.status === 429 || answer.status >= 500) {
      waiting[path] = [...items, ...waiting[path]].slice(-MOST)
    }
  }
  const flush = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    const batches = (['exposures', 'track'] as const).flatMap((path) => {
      const items = waiting[path].splice(0)
      return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, n) =>
        send(path, items.slice(n * BATCH, n * BATCH + BATCH)),
      )
    })
    await Promise.all(batches)
  }
  const add = (path: 'exposures' | 'track', item: object): void => {
    waiting[path].push({ ...item, time: new Date().toISOString() })
    if (waiting[path].length >= BATCH) void flush()
    timer ??= setTimeout(() => void flush(), delayMs)
  }
  page?.addEventListener('pagehide', () => void flush())

  return {
    hook: {
      after({ flagKey: flag, context }, { variant, flagMetadata = {} }) {
        const { experiment, experimentPhase: phase, experimentUnit } = flagMetadata
        const targetingKey = experimentUnit ?? context.targetingKey
        if (!experiment || !variant || !targetingKey) return
        const report = { flag, variant, targetingKey, experiment, phase }
        const text = JSON.stringify(report)
        if (told.has(text)) return
        if (told.size >= MOST) told.clear()
        told.add(text)
        add('exposures', report)
      },
    },
    track(name, { targetingKey } = {}, { value } = {}) {
      if (!targetingKey) return
      add('track', { name, targetingKey, value, idempotencyKey: crypto.randomUUID() })
    },
    flush,
  }
}
