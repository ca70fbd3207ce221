import { expect, test } from 'vitest'
import { readSeries, renderMetrics } from '../../../shared/metrics-exposition.ts'
import { applyBatch, emptySeries, keyOf } from '../../../shared/metrics-series.ts'

const empty = () => readSeries(emptySeries(), 0)

/** As the format has it: a comment, or a name, labels and a number. */
const LINE =
  /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? (-?[\d.]+(e[+-]?\d+)?|[+-]Inf|NaN))$/

test('a fresh start prints every metric whose labels are known, at 0', () => {
  const lines = renderMetrics([empty()], []).trimEnd().split('\n')
  expect(lines.length).toBeGreaterThanOrEqual(257)
  expect(lines.filter((line) => !LINE.test(line))).toEqual([])
  expect(lines).toContain('voiceassist_rag_queries_total{success="true",has_citations="true"} 0')
  expect(lines).toContain('voiceassist_active_users_daily 0')
  expect(lines).toContain('active_users 0')
  expect(lines).toContain('voiceassist_rag_citations_per_query_bucket{le="+Inf"} 0')
  const names = lines.filter((line) => line.startsWith('# TYPE')).map((line) => line.split(' ')[2])
  expect(new Set(names).size).toBe(names.length)
})

test('shards are summed, buckets are cumulative, aliases say the same', () => {
  const labels = { method: 'GET', endpoint: '/live', status: '200' }
  const requests = keyOf('http_requests_total', labels)
  const depth = keyOf('voiceassist_queue_depth', { queue: 'documents' })
  const sessions = keyOf('voiceassist_voice_sessions_active', {})
  const shards = [1, 2].map((nth) => {
    const series = emptySeries()
    const counts = [0, nth, 0, 0, 1, 0, 0, 1]
    const batch = {
      isolate: `i${nth}`,
      seq: 1,
      at: 0,
      counters: [[requests, nth]] as const,
      histograms: [['voiceassist_rag_citations_per_query', { counts, sum: 2.5 }]] as const,
      gauges: [[depth, nth * 10, 3 - nth]] as const,
      leases: [{ key: sessions, holder: `i${nth}`, value: nth, until: 100 }],
    }
    applyBatch(series, batch, 0)
    return readSeries(series, 50)
  })
  const lines = renderMetrics(shards, [
    { key: keyOf('voiceassist_build_info', { version: '"1\\' }), value: 1 },
  ]).split('\n')
  expect(lines).toContain('http_requests_total{method="GET",endpoint="/live",status="200"} 3')
  expect(lines).toContain(
    'voiceassist_api_endpoints_usage_total{method="GET",endpoint="/live",status_code="200"} 3',
  )
  expect(lines).toContain('voiceassist_rag_citations_per_query_bucket{le="1"} 3')
  expect(lines).toContain('voiceassist_rag_citations_per_query_bucket{le="5"} 5')
  expect(lines).toContain('voiceassist_rag_citations_per_query_count 7')
  expect(lines).toContain('voiceassist_rag_citations_per_query_sum 5')
  // The one that was set last, whichever shard has it.
  expect(lines).toContain('voiceassist_queue_depth{queue="documents"} 10')
  expect(lines).toContain('voiceassist_voice_sessions_active 3')
  expect(lines).toContain('voiceassist_build_info{version="\\"1\\\\"} 1')
})
