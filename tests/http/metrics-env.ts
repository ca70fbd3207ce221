/** The metrics object in this process: what its shell around the same code would keep. */
import { readSeries } from '../../shared/metrics-exposition.ts'
import { applyBatch, type Batch, emptySeries, partsOf } from '../../shared/metrics-series.ts'
import { totalsOf } from '../../shared/traffic.ts'

export function createMetricsEnv() {
  const series = emptySeries()
  const shard = {
    add: async (batch: Batch) => applyBatch(series, structuredClone(batch), Date.now()),
    read: async () => structuredClone(readSeries(series, Date.now())),
    marks: async () => [{ minute: Math.floor(Date.now() / 60_000), ...totalsOf(series) }],
  }
  return {
    settings: {
      METRICS: { getByName: () => shard },
      METRICS_SHARDS: '1',
      METRICS_FLUSH_MS: '0',
      ENABLE_METRICS: 'true',
      ENABLE_TRACES: 'false',
      OTEL_EXPORTER_OTLP_ENDPOINT: '',
      OTEL_TRACES_SAMPLER_ARG: '0',
    },
    /** What was counted under a name and, in order, its labels' values: a count, or how many were observed. */
    count(...parts: string[]): number {
      const isKey = (key: string) => partsOf(key).join() === parts.join()
      for (const [key, value] of series.counters) if (isKey(key)) return value
      for (const [key, { counts }] of series.histograms) {
        if (isKey(key)) return counts.reduce((sum, by) => sum + by, 0)
      }
      for (const [key, { value }] of series.gauges) if (isKey(key)) return value
      return 0
    },
  }
}
