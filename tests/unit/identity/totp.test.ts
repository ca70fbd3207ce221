import { expect, test } from 'vitest'
import { readBackupCode, toBackupCode } from '../../../workers/identity/backup-codes.ts'
import { codeAt, stepAt, stepOf, toBase32, totpUri } from '../../../workers/identity/totp.ts'

const secret = new TextEncoder().encode('12345678901234567890')

/** RFC 4226, appendix D. */
test.each(
  [
    '755224',
    '287082',
    '359152',
    '969429',
    '338314',
    '254676',
    '287922',
    '162583',
    '399871',
    '520489',
  ].map((code, count) => [count, code] as const),
)('count %i is %s', async (count, code) => {
  expect(await codeAt(secret, count)).toBe(code)
})

/** RFC 6238, appendix B: the last six of its eight digits. */
test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_234_567_890, '005924'],
  [20_000_000_000, '353130'],
])('at second %i the code is %s', async (seconds, code) => {
  expect(await codeAt(secret, stepAt(new Date(seconds * 1000)))).toBe(code)
})

test('a code is good in its step and the ones beside it', async () => {
  const code = await codeAt(secret, 100)
  const at = (step: number) => stepOf(secret, code, new Date(step * 30_000 + 1))
  expect(await Promise.all([98, 99, 100, 101, 102].map(at))).toEqual([
    undefined,
    100,
    100,
    100,
    undefined,
  ])
})

/** RFC 4648, section 10. */
test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('"%s" is %s in base32', (text, expected) => {
  expect(toBase32(new TextEncoder().encode(text))).toBe(expected)
})

test('the address for the QR code names account and secret', () => {
  const uri = new URL(totpUri(secret, 'ada+1@example.com'))
  expect(uri.protocol).toBe('otpauth:')
  expect(uri.searchParams.get('secret')).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')
  expect(uri.href).toContain('VoiceAssist:ada%2B1%40example.com')
})

test('a backup code is read back as people type it', () => {
  const code = toBackupCode(Uint8Array.from({ length: 24 }, (_, n) => n * 37))
  expect(code).toMatch(/^([0-9A-Z]{4}-){5}[0-9A-Z]{4}$/)
  const plain = code.replaceAll('-', '')
  expect(readBackupCode(code)).toBe(plain)
  expect(readBackupCode(` ${code.toLowerCase().replaceAll('-', ' ')} `)).toBe(plain)
  expect(readBackupCode(plain.replaceAll('0', 'o').replaceAll('1', 'l'))).toBe(plain)
  expect(readBackupCode(plain.slice(1))).toBeUndefined()
  expect(readBackupCode('123456')).toBeUndefined()
})
