/** What metrics and traces add to a request, beside the same request without them. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startBench } from './stack.ts'

/** Shares of traces kept, and the most CPU that all telemetry may add, in microseconds. */
export const TELEMETRY = [
  { name: 'telemetry by default, µs more', ratio: '0.05', most: 100 },
  { name: 'telemetry with every trace, µs more', ratio: '1', most: 800 },
]

/**
 * The Workers with metrics on, spans kept in the database, and a collector that takes them too; close
 * all with `close`.
 */
export async function startObserved(ratio: string) {
  const collector = createServer((request, response) => {
    request.resume().on('end', () => response.end('{}'))
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  // A server that listens on a port has the address of one.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  const { port } = collector.address() as AddressInfo
  const bench = await startBench({
    ENABLE_METRICS: 'true',
    ENABLE_TRACES: 'true',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_TRACES_SAMPLER_ARG: ratio,
  })
  const close = async () => {
    await bench.close()
    collector.close()
  }
  return { bench, close }
}
