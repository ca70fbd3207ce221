/** Cells of exports: quoted as RFC 4180 says, and nothing a spreadsheet would run. */
import { expect, test } from 'vitest'
import { csvLine } from '../../../shared/csv.ts'

test.each([
  ['plain', 'plain'],
  ['a, b', '"a, b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\r\nlines', '"two\r\nlines"'],
  ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
  ['+1', `'+1`],
  ['-1', `'-1`],
  ['@sum', `'@sum`],
  ['\tx', `'\tx`],
  ['\r=1', `"'\r=1"`],
  ['\n=1', `"'\n=1"`],
  ['\uFF1D1+1', `'\uFF1D1+1`],
])('%j becomes %j: no spreadsheet takes it for a formula', (text, cell) => {
  expect(csvLine([text, 'x'])).toBe(`${cell},x\r\n`)
})

test('numbers keep their sign, and nothing is an empty cell', () => {
  expect(csvLine([-5, 0, null, undefined, false])).toBe('-5,0,,,false\r\n')
})
