import { expect, test } from 'vitest'
import { createLog } from '../../../shared/log.ts'
import { redact, redactText } from '../../../shared/redact.ts'
import { NEGATIVES, POSITIVES } from './redact-corpus.ts'

test.each([
  ['authorization', 'Bearer x'],
  ['Cookie', 'a=b'],
  ['set-cookie', 'a=b'],
  ['password', 'x'],
  ['PASSWORD_PEPPER', 'x'],
  ['AUTH_SECRET', 'x'],
  ['apiKey', 'x'],
  ['OPENAI_API_KEY', 'x'],
  ['x-api-key', 'x'],
  ['sec-websocket-protocol', 'realtime, openai-insecure-api-key.x'],
  ['accessToken', 'x'],
  ['SETUP_TOKEN', 'x'],
  ['UPSTASH_REDIS_REST_TOKEN', 'x'],
  ['token', 'x'],
  ['DATABASE_URL', 'postgres://app_user:hunter2@db.test/voiceassist'],
])('the field %s shows nothing of its value', (key, value) => {
  expect(String(redact(key, value))).toMatch(/REDACTED/)
  expect(String(redact(key, value))).not.toMatch(/hunter2|^x$/)
})

test.each([
  ['tokens', 12],
  ['inputTokens', 12],
  ['requestId', '0199f5f0-1c6e-7a52-9d6a-0af7651916cd'],
  ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
  ['timestamp', '2026-11-20T12:00:00.000Z'],
  ['version', '2.0.0'],
  ['addedAt', 1_795_176_000_000],
  ['durationMs', 1_795_176.25],
  ['model', 'gpt-5-mini'],
  ['path', '/api/admin/feature-flags/voice_barge_in'],
  ['message', 'uploaded 30 pages in 1234567890 ms'],
])('the field %s stays as it is', (key, value) => {
  expect(redact(key, value)).toBe(value)
})

test.each([
  [
    'Bearer eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhZGEifQ.c2ln refused',
    'Bearer [TOKEN_REDACTED] refused',
  ],
  ['key sk-proj-abcdefgh12345678', 'key [KEY_REDACTED]'],
  ['va_live_0Bzq_secret_0aB9zZ and va_client_0Bzq_x_0aB9zZ', '[KEY_REDACTED] and [KEY_REDACTED]'],
  [
    'realtime, openai-insecure-api-key.ek_eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhZGEifQ.c2ln',
    'realtime, openai-insecure-api-key.[KEY_REDACTED]',
  ],
  ['write to ada@example.co.uk, please', 'write to [EMAIL_REDACTED], please'],
  ['call +49 (30) 1234-5678 now', 'call [PHONE_REDACTED] now'],
  ['postgres://app_user:p%40ss@db.test/x', 'postgres://app_user:[PASSWORD_REDACTED]@db.test/x'],
  [
    'postgresql://app_user:pw@10.0.0.1:5432/x',
    'postgresql://app_user:[PASSWORD_REDACTED]@10.0.0.1:5432/x',
  ],
  [
    'Error: Failed query: select 1 where token = $1\nparams: 1EWu7Jw,two\nlines\n    at x.js:1:1\n    at y.js:2:2',
    'Error: Failed query: select 1 where token = $1\nparams: [REDACTED]\n    at x.js:1:1\n    at y.js:2:2',
  ],
  ['Failed query: select 1\nparams: 1EWu7Jw', 'Failed query: select 1\nparams: [REDACTED]'],
])('%s', (text, clean) => {
  expect(redactText(text)).toBe(clean)
})

test('nothing of the corpus leaks, and nothing of it that is harmless changes', () => {
  expect(POSITIVES.length).toBeGreaterThanOrEqual(200)
  expect(NEGATIVES.length).toBeGreaterThanOrEqual(200)
  expect(POSITIVES.filter(([text, secret]) => redactText(text).includes(secret))).toEqual([])
  expect(NEGATIVES.filter((text) => redactText(text) !== text)).toEqual([])
})

test('what is redacted stays as it is when it is redacted again', () => {
  for (const [text] of POSITIVES) expect(redactText(redactText(text))).toBe(redactText(text))
})

test.each([
  ['From', '15551234567', '[PHONE_REDACTED]'],
  ['phone_number', '5551234567', '[PHONE_REDACTED]'],
  ['from', '2026-11-01', '2026-11-01'],
])('the field %s with %s is shown as %s', (key, value, shown) => {
  expect(redact(key, value)).toBe(shown)
})

test.each(['a', '1', '1 ', 'a.', '+1', 'ey', 'a@a.', '(1', 'From=', 'x://a:'])(
  'a hundred thousand times %j takes no time to speak of',
  (part) => {
    const text = part.repeat(100_000 / part.length)
    const began = performance.now()
    redactText(text)
    // Some 20 ms; what grows with the square of the length takes minutes.
    expect(performance.now() - began).toBeLessThan(3000)
  },
)

test('a log line shows errors with their cause, and no secret at any depth', () => {
  const lines: string[] = []
  const log = createLog({ write: (line) => lines.push(line) }, { worker: 'edge' })
  const cause = new Error('connect postgres://app_user:hunter2@db.test/x failed')
  log.error('failed', {
    error: new Error('outer', { cause }),
    request: { headers: { authorization: 'Bearer hunter2' }, users: ['ada@example.com'] },
  })

  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'error',
    worker: 'edge',
    exception: { message: 'outer', cause: { type: 'Error' } },
    request: { headers: { authorization: '[REDACTED]' }, users: ['[EMAIL_REDACTED]'] },
  })
  expect(lines[0]).not.toMatch(/hunter2|ada@/)
})

test('lines below the least level are not written, and an unknown level counts as info', () => {
  const lines: string[] = []
  const log = createLog({ level: 'loud', write: (line) => lines.push(line) })
  log.debug('a')
  log.info('b')
  expect(lines).toHaveLength(1)
})

test('what cannot be written as JSON still leaves a line', () => {
  const lines: string[] = []
  const log = createLog({ write: (line) => lines.push(line) })
  const loop: Record<string, unknown> = { size: 1n }
  loop['self'] = loop
  log.error('failed', { loop })
  expect(lines[0]).toContain('failed')
})

test('no text that is logged can begin a line of its own', () => {
  const lines: string[] = []
  const log = createLog({ write: (line) => lines.push(line) }, { path: '/a\n{"level":"info"}' })
  log.warn('refused', { 'name\r\n': '\u001b[2K\n{"level":"info"}', error: new Error('a\nb') })
  expect(lines).toHaveLength(1)
  // oxlint-disable-next-line no-control-regex -- what a terminal or a log reader would obey
  expect(lines[0]).not.toMatch(/[\u0000-\u001f]/)
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'warn', path: '/a\n{"level":"info"}' })
})

test('a log line is dated in UTC', () => {
  const lines: string[] = []
  createLog({ write: (line) => lines.push(line) }).info('a')
  expect(JSON.parse(lines[0]!).timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})
