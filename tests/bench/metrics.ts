/** What counting costs by itself: one update in an isolate's memory, and one scrape of many series. */
import { readSeries, renderMetrics } from '../../shared/metrics-exposition.ts'
import { applyBatch, emptySeries, keyOf } from '../../shared/metrics-series.ts'
import { metricsOf } from '../../shared/metrics.ts'
import { createMetricsEnv } from '../http/metrics-env.ts'

/** Updates measured at once; a few rounds before warm the code up. */
const UPDATES = 200_000

/** Microseconds of CPU an update takes, the least of some rounds. */
export function measureUpdate(): number {
  // Nothing carries the batch, so what is measured is the update alone.
  const metrics = metricsOf(createMetricsEnv().settings)
  const labels = { method: 'GET', endpoint: '/api/ask' } as const
  const rounds = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage()
    for (let update = 0; update < UPDATES / 2; update++) {
      metrics.inc('http_requests_total', { ...labels, status: '200' })
      metrics.observe('http_request_duration_seconds', labels, 0.02)
    }
    const { user, system } = process.cpuUsage(before)
    return (user + system) / UPDATES
  })
  return Math.min(...rounds)
}

const SCRAPES = 40

/**
 * Milliseconds within which 95 of 100 scrapes are read, passed on as by a call to the object, and
 * printed. Of at least 2,500 lines.
 */
export function measureScrape(): number {
  const series = emptySeries()
  const endpoints = Array.from({ length: 500 }, (_, index) => `/api/things-${index}/:id`)
  const counters = endpoints.map((endpoint, index) => {
    return [
      keyOf('http_requests_total', { method: 'GET', endpoint, status: '200' }),
      index,
    ] as const
  })
  const counts = Array.from({ length: 11 }, () => 3)
  const histograms = endpoints.slice(0, 50).map((endpoint) => {
    const key = keyOf('http_request_duration_seconds', { method: 'GET', endpoint })
    return [key, { counts, sum: 1.5 }] as const
  })
  const batch = { isolate: 'bench', seq: 1, at: 0, counters, histograms, gauges: [], leases: [] }
  applyBatch(series, batch, 0)
  const times = Array.from({ length: SCRAPES }, () => {
    const began = performance.now()
    const text = renderMetrics([structuredClone(readSeries(series, 1))], [])
    const lines = text.split('\n').length
    if (lines < 2500) throw new Error(`a scrape of ${lines} lines is too short to tell`)
    return performance.now() - began
  })
  return times.toSorted((a, b) => a - b)[Math.ceil(SCRAPES * 0.95) - 1] ?? Number.NaN
}
