import { expect, test } from 'vitest'
import { traceIdOf, traceparentOf } from '../../../shared/trace.ts'

const given = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'

test('a well-formed traceparent is passed on as it is, sampled or not', () => {
  expect(traceparentOf(given)).toBe(given)
  expect(traceIdOf(given)).toBe('0af7651916cd43dd8448eb211c80319c')
})

test.each([
  ['none', undefined],
  ['an empty one', ''],
  ['upper case', given.toUpperCase()],
  ['a trace id of zeros', given.replace(/-\w{32}-/, `-${'0'.repeat(32)}-`)],
  ['a parent id of zeros', given.replace(/-\w{16}-/, `-${'0'.repeat(16)}-`)],
  ['another version', given.replace(/^00/, '01')],
  ['something added', `${given}-00`],
  ['a line break', `${given}\n`],
])('%s starts a new, sampled trace', (_name, header) => {
  const traceparent = traceparentOf(header)
  expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  expect(traceparent).not.toBe(traceparentOf(header))
})
