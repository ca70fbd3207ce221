/** W3C Trace Context: well-formed headers are read, all others begin a trace of their own. */
import { expect, test } from 'vitest'
import {
  formatTraceparent,
  newSpanId,
  newTraceId,
  parseTraceparent,
  traceIdOf,
  traceparentOf,
} from '../../../shared/trace.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const spanId = 'b7ad6b7169203331'

test.each([
  [`00-${traceId}-${spanId}-01`, true],
  [`00-${traceId}-${spanId}-00`, false],
  [`00-${traceId}-${spanId}-03`, true],
  [`00-${traceId}-${spanId}-fe`, false],
  [`01-${traceId}-${spanId}-01-what-comes-later`, true],
])('%s is read', (header, isSampled) => {
  expect(parseTraceparent(header)).toEqual({ traceId, spanId, isSampled })
})

test.each([
  undefined,
  '',
  'garbage',
  `ff-${traceId}-${spanId}-01`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
  `00-${traceId}-${spanId}-01-more`,
  `00-${traceId}-${spanId}`,
  `00-${traceId}-${spanId}-1`,
  ` 00-${traceId}-${spanId}-01`,
  `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
])('%s is not passed on', (header) => {
  expect(parseTraceparent(header)).toBeUndefined()
  const traceparent = traceparentOf(header)
  expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  expect(traceIdOf(traceparent)).not.toBe(traceId)
  expect(traceparent).not.toBe(traceparentOf(header))
})

test('what is written is read again, whatever the ids', () => {
  for (let n = 0; n < 1000; n++) {
    const context = { traceId: newTraceId(), spanId: newSpanId(), isSampled: n % 2 === 0 }
    expect(parseTraceparent(formatTraceparent(context))).toEqual(context)
  }
})
