import { expect, test } from 'vitest'
import { deviceOf } from '../../../workers/identity/device.ts'
import { isRevoked, memberOf, readRevoked } from '../../../workers/identity/revocations.ts'

const at = Date.parse('2026-11-20T12:00:00.400Z')
const revoked = readRevoked([
  memberOf({ type: 'session', id: 's1' }),
  String(at),
  memberOf({ type: 'user', id: 'u:1' }),
  String(at),
  memberOf({ type: 'member', tenantId: 'acme', userId: 'u3' }),
  String(at),
  memberOf({ type: 'role', tenantId: 'acme', role: 'reader' }),
  String(at),
  'later kinds:x',
  '1',
])

const someone = { userId: 'u9', sessionId: 's9', tenantId: 'acme', role: 'viewer' }

test.each([
  ['a session that ended', 'u2', 's1', at + 60_000, true],
  ['another session', 'u2', 's2', at - 60_000, false],
  ['an older token of a user', 'u:1', 's2', at - 60_000, true],
  ['a token of that second, from before', 'u:1', 's2', at - 1, true],
  ['a token of that second, from after', 'u:1', 's2', at + 1, false],
  ['nobody', '', '', 0, false],
])('%s', (_name, userId, sessionId, issuedAt, expected) => {
  expect(isRevoked(revoked, { ...someone, userId, sessionId, issuedAt })).toBe(expected)
})

test.each([
  ['a member', { userId: 'u3' }, true],
  ['the same person in another tenant', { userId: 'u3', tenantId: 'globex' }, false],
  ['another member', { userId: 'u4' }, false],
  ['whoever holds the role', { role: 'reader' }, true],
  ['a role of that name in another tenant', { role: 'reader', tenantId: 'globex' }, false],
])('of %s older tokens are refused: %o, %s', (_name, about, expected) => {
  const bearer = { ...someone, ...about }
  expect(isRevoked(revoked, { ...bearer, issuedAt: at })).toBe(expected)
  expect(isRevoked(revoked, { ...bearer, issuedAt: at + 1 })).toBe(false)
})

const CHROME = 'Chrome/142.0.0.0 Safari/537.36'

test.each([
  [
    `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ${CHROME}`,
    'Chrome, Linux',
  ],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME} Edg/142.0`, 'Edge, Windows'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0',
    'Firefox, macOS',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1',
    'Safari, iPhone',
  ],
  [`Mozilla/5.0 (Linux; Android 16; Pixel 10) ${CHROME}`, 'Chrome, Android'],
  ['curl/8.14.1', 'curl'],
  ['<script>alert(1)</script>', ''],
  [null, ''],
])('%s is shown as "%s"', (userAgent, device) => {
  expect(deviceOf(userAgent)).toBe(device)
})
