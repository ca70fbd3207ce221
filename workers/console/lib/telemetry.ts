/**
 * What readers wait for and what fails on them, sent to `POST /api/rum` in batches that outlive the
 * page. Nothing personal: no question, no document, no name; of a call its path without its query.
 */
import type { Metric } from 'web-vitals'
import type { RumEvent } from '../../ops/rum-schemas.ts'
import type { createAppRouter } from '../router.tsx'
import type { JourneySteps } from './journey-steps.ts'
import { MAX_MS, newView, refOf, type Report, type View, watchCalls } from './telemetry-calls.ts'

type AppRouter = ReturnType<typeof createAppRouter>

/** Milliseconds between two batches, while there is something to send. */
const BATCH_MS = 10_000

/** Events of one report, at most what the server takes. */
const MAX_EVENTS = 50

let waiting: Report[] = []
/** Until the document has loaded. */
let loading: View | undefined
/** From the way to a page of the console until it is shown. */
let going: View | undefined
let timer: ReturnType<typeof setTimeout> | undefined

/** Begins to watch, for as long as the tab lives. */
export function startTelemetry(router: AppRouter, steps: JourneySteps): void {
  // Times of a page begin with its own.
  loading = newView(0)
  watchFailures(() => pageOf(router))
  watchLoading()
  watchCalls(add, () => going ?? loading)
  watchNavigation(router)
  watchClicks()
  steps.subscribe((step) => add(() => ({ type: 'step', step })))
  // The one event that also phones and closed tabs give.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') send()
  })
}

function add(report: Report): void {
  waiting.push(report)
  if (waiting.length >= MAX_EVENTS) send()
  else timer ??= setTimeout(send, BATCH_MS)
}

/** A clock that was set, or a laptop that slept, measured nothing. */
const isPlausible = (event: RumEvent) => !('ms' in event) || (event.ms >= 0 && event.ms <= MAX_MS)

/** What cannot be sent is lost: telemetry must cost the reader nothing. */
function send(): void {
  clearTimeout(timer)
  timer = undefined
  const now = performance.now()
  const events = waiting.map((report) => report(now)).filter(isPlausible)
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
    const event = { type, ...text, stack: stack.slice(0, 4000), page: page() }
    add(() => event)
  }
  addEventListener('error', ({ error, message }) => note('error', error ?? message))
  addEventListener('unhandledrejection', ({ reason }) => note('unhandledrejection', reason))
}

function watchLoading(): void {
  new PerformanceObserver((list, observer) => {
    const [page] = list.getEntriesByType('navigation')
    if (!page?.duration) return
    observer.disconnect()
    const { duration: ms } = page
    const loaded = loading
    loading = undefined
    add((now) => ({ type: 'load', ms, ...(loaded && { span: refOf(loaded, now) }) }))
  }).observe({ type: 'navigation', buffered: true })
  // Measurements begin with the page, whenever what reads them arrives.
  void watchVitals()
}

async function watchVitals(): Promise<void> {
  try {
    const { onCLS, onFCP, onINP, onLCP, onTTFB } = await import('web-vitals')
    onCLS(({ value }) => add(() => ({ type: 'shift', score: value })))
    for (const watch of [onFCP, onINP, onLCP, onTTFB]) watch(noteVital)
  } catch {
    // Offline, or deployed anew meanwhile: the rest is measured without them.
  }
}

function noteVital({ name, value }: Metric): void {
  if (name !== 'CLS') add(() => ({ type: 'vital', name, ms: value }))
}

function watchNavigation(router: AppRouter): void {
  router.subscribe('onBeforeNavigate', ({ pathChanged }) => {
    going = pathChanged ? newView(performance.now(), loading) : undefined
  })
  router.subscribe('onRendered', () => {
    const gone = going
    if (!gone) return
    going = undefined
    const [page, ms] = [pageOf(router), performance.now() - gone.began]
    add((now) => ({ type: 'navigation', page, ms, span: refOf(gone, now) }))
  })
}

function watchClicks(): void {
  document.addEventListener(
    'click',
    ({ target }) => {
      const named = target instanceof Element ? target.closest('[data-action]') : null
      const action = named?.getAttribute('data-action')
      if (action) add(() => ({ type: 'click', action }))
    },
    { capture: true, passive: true },
  )
}
