/**
 * What readers wait for and what fails on them, sent to `POST /api/rum` in batches that outlive the
 * page. Nothing personal: no question, no document, no name; of a call its path without its query.
 */
import type { Metric } from 'web-vitals'
import type { RumEvent } from '../../ops/rum-schemas.ts'
import type { createAppRouter } from '../router.tsx'

type AppRouter = ReturnType<typeof createAppRouter>

/** Milliseconds between two batches, while there is something to send. */
const BATCH_MS = 10_000

/** Events of one report, at most what the server takes. */
const MAX_EVENTS = 50

/** The longest time the server takes for a measurement. */
const MAX_MS = 600_000

let waiting: RumEvent[] = []
let timer: ReturnType<typeof setTimeout> | undefined

/** Begins to watch, for as long as the tab lives. */
export function startTelemetry(router: AppRouter): void {
  watchFailures(() => pageOf(router))
  watchLoading()
  watchCalls()
  watchNavigation(router)
  watchClicks()
  // The one event that also phones and closed tabs give.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') send()
  })
}

function add(event: RumEvent): void {
  if ('ms' in event && !(event.ms >= 0 && event.ms <= MAX_MS)) return
  waiting.push(event)
  if (waiting.length >= MAX_EVENTS) send()
  else timer ??= setTimeout(send, BATCH_MS)
}

/** What cannot be sent is lost: telemetry must cost the reader nothing. */
function send(): void {
  clearTimeout(timer)
  timer = undefined
  const events = waiting
  waiting = []
  if (events.length === 0) return
  const body = new Blob([JSON.stringify({ events })], { type: 'application/json' })
  navigator.sendBeacon('/api/rum', body)
}

/** The page's template, as the router names it; never the address. */
const pageOf = (router: AppRouter): string => router.state.matches.at(-1)?.fullPath ?? ''

function watchFailures(page: () => string): void {
  const note = (type: 'error' | 'unhandledrejection', thrown: unknown) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    const { name, message, stack = '' } = error
    const text = { name: name.slice(0, 100), message: message.slice(0, 1000) }
    add({ type, ...text, stack: stack.slice(0, 4000), page: page() })
  }
  addEventListener('error', ({ error, message }) => note('error', error ?? message))
  addEventListener('unhandledrejection', ({ reason }) => note('unhandledrejection', reason))
}

function watchLoading(): void {
  new PerformanceObserver((list, observer) => {
    const [page] = list.getEntriesByType('navigation')
    if (!page?.duration) return
    observer.disconnect()
    add({ type: 'load', ms: page.duration })
  }).observe({ type: 'navigation', buffered: true })
  // Measurements begin with the page, whenever what reads them arrives.
  void watchVitals()
}

async function watchVitals(): Promise<void> {
  try {
    const { onCLS, onFCP, onINP, onLCP, onTTFB } = await import('web-vitals')
    onCLS(({ value }) => add({ type: 'shift', score: value }))
    for (const watch of [onFCP, onINP, onLCP, onTTFB]) watch(noteVital)
  } catch {
    // Offline, or deployed anew meanwhile: the rest is measured without them.
  }
}

function noteVital({ name, value }: Metric): void {
  if (name !== 'CLS') add({ type: 'vital', name, ms: value })
}

/** The browser's own measurements: every call, whoever makes it, until its response began. */
function watchCalls(): void {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntriesByType('resource')) {
      if (!(entry instanceof PerformanceResourceTiming) || entry.initiatorType !== 'fetch') continue
      const { origin, pathname } = new URL(entry.name)
      if (origin !== location.origin || !entry.responseStart) continue
      if (!/^\/(?:api|v1|ofrep)\//.test(pathname) || pathname.length > 300) continue
      add({ type: 'api', path: pathname, ms: entry.responseStart - entry.startTime })
    }
  }).observe({ type: 'resource', buffered: true })
}

function watchNavigation(router: AppRouter): void {
  let began = 0
  router.subscribe('onBeforeNavigate', ({ pathChanged }) => {
    began = pathChanged ? performance.now() : 0
  })
  router.subscribe('onRendered', () => {
    if (began) add({ type: 'navigation', page: pageOf(router), ms: performance.now() - began })
    began = 0
  })
}

function watchClicks(): void {
  document.addEventListener(
    'click',
    ({ target }) => {
      const named = target instanceof Element ? target.closest('[data-action]') : null
      const action = named?.getAttribute('data-action')
      if (action) add({ type: 'click', action })
    },
    { capture: true, passive: true },
  )
}
