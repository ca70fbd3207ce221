/** Texts that hold something personal or secret, and texts that only look as if they did. */

/** Values by what they are. Every one is put into every sentence of `AROUND`. */
const SECRETS = {
  phone: [
    '+15551234567',
    '+1 555 123 4567',
    '+1 (555) 123-4567',
    '+1-555-123-4567',
    '+1.555.123.4567',
    '+44 20 7946 0958',
    '+4930123456',
    '+49 (30) 1234-5678',
    '+79261234567',
    '+7 926 123-45-67',
    '+7 (926) 123-45-67',
    '+7(926)1234567',
    '+33 6 12 34 56 78',
    '+81 90-1234-5678',
    '+55 11 91234-5678',
    '+1\u00a0555\u00a0123\u00a04567',
    '%2B15551234567',
    '(555) 123-4567',
    '555-123-4567',
    '8 (926) 123-45-67',
    '8-926-123-45-67',
    '1-800-555-0199',
  ],
  email: [
    'ada@example.com',
    'ada.lovelace@example.co.uk',
    'ada+tag@mail.example.org',
    'a@b.io',
    'ada_l@a1.b2.example.com',
    'ADA@EXAMPLE.COM',
    "o'neil@example.ie",
    '1234567@example.net',
    'ada@sub-domain.example.museum',
    'иван@пример.рф',
    'ada%40example.com',
    'first.last@4chan.org',
  ],
  card: [
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '5555555555554444',
    '5555 5555 5555 4444',
    '2223003122003222',
    '378282246310005',
    '3782 822463 10005',
    '6011111111111117',
    '30569309025904',
    '3530111333300000',
    '6200000000000005',
    '2200000000000004',
    '4222222222222',
  ],
  token: [
    'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl',
    'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.',
    'eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a2V5.aXY.Y2lwaGVy.dGFn',
    'Bearer 3f9c1b2a7d8e4f60',
    'bearer abc123.def456~ghi+jkl/mno=',
    'Basic dXNlcjpwYXNzd29yZA==',
    'better-auth.session_token=Zm9vYmFy.c2lnbmF0dXJl',
  ],
  key: [
    'va_live_0Bzq3kPw9sTn5uVx1_4f8gHj2kLm6nPq0rSt3uVw7xYz1aBc5dEf9gHi2_0aB9zZ',
    'va_client_0Bzq3kPw9sTn5uVx1_4f8gHj2kLm6nPq0_0aB9zZ',
    'va_oauth_4f8gHj2kLm6nPq0rSt3uVw7xYz',
    'va_refresh_4f8gHj2kLm6nPq0rSt3uVw7xYz',
    'ek_eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhZGEifQ.c2ln',
    'sk-proj-abcdefgh12345678',
    'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
    'rk_live_4eC39HqLyjWDarjtT1zdp7dc',
    'whsec_4eC39HqLyjWDarjtT1zdp7dc',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'github_pat_11ABCDEFG0123456789_abcdefghij',
    'AKIAIOSFODNN7EXAMPLE',
  ],
} as const

const AROUND: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => `could not reach ${secret}, trying again`,
  (secret) => `The caller said: "${secret}".`,
  (secret) => `{"value":"${secret}","next":1}`,
  (secret) => `Error: failed (${secret})\n    at run (edge.js:1:2)`,
]

/** What is secret for where it stands, whatever it looks like. */
const PLACED: readonly (readonly [text: string, secret: string])[] = [
  ['From=%2B15551234567&To=%2B15557654321&CallSid=CA00', '15551234567'],
  ['From=15551234567&CallSid=CA00', '15551234567'],
  ['CallSid=CA00&To=client:ada', 'client:ada'],
  ['CallSid=CA00&Caller=anonymous-4711&Digits=1', 'anonymous-4711'],
  ['{"From":"whatsapp:15551234567","Body":"hi"}', '15551234567'],
  ['body was "{\\"To\\": \\"sip:ada-at-home\\"}"', 'sip:ada-at-home'],
  ['<Response><Dial>15551234567</Dial></Response>', '15551234567'],
  ['<Dial callerId="x"><Number>555 1234</Number></Dial>', '555 1234'],
  ['<Dial><Client>ada-lovelace</Client></Dial>', 'ada-lovelace'],
  ['<Message From="5551234" To="5554321">hi</Message>', '5551234'],
  ["<Message From='5551234' To='5554321'>hi</Message>", '5554321'],
  ['GET /invite?token=4f8gHj2kLm6n HTTP/1.1', '4f8gHj2kLm6n'],
  ['GET /cb?state=1&code=4f8gHj2kLm6n', '4f8gHj2kLm6n'],
  ['GET /x?access_token=4f8gHj2kLm6n&y=1', '4f8gHj2kLm6n'],
  ['GET /x?api_key=4f8gHj2kLm6n', '4f8gHj2kLm6n'],
  ['https://ada:hunter2@example.com/x', 'hunter2'],
  ['postgres://app_user:p%40ss@db.test/x', 'p%40ss'],
  ['redis://default:hunter2@cache.test:6379', 'hunter2'],
  ['Failed query: insert into x\nparams: ada,secret question', 'secret question'],
]

/** Each with the part of it that may not be found afterwards. */
export const POSITIVES: readonly (readonly [text: string, secret: string])[] = [
  ...Object.values(SECRETS)
    .flat()
    .flatMap((secret) => AROUND.map((around) => [around(secret), partOf(secret)] as const)),
  ...PLACED,
]

/** The name of a scheme or of a cookie may stay. */
function partOf(secret: string): string {
  return secret.replace(/^(?:bearer |basic |better-auth\.session_token=)/i, '')
}

const HEX = '0123456789abcdef'

/** The same at every run: mixed from the index alone. */
function hexOf(index: number, length: number): string {
  let state = index * 2_654_435_761 + 12_345
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return HEX[state >>> 28] ?? '0'
  }).join('')
}

const uuidOf = (index: number) => {
  const hex = hexOf(index, 32)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20)}`
}

const series = (length: number, make: (index: number) => string) =>
  Array.from({ length }, (_, index) => make(index))

export const NEGATIVES: readonly string[] = [
  ...series(30, uuidOf),
  ...series(20, (index) => `request ${uuidOf(index + 100)} failed`),
  ...series(20, (index) => `00-${hexOf(index, 32)}-${hexOf(index + 50, 16)}-01`),
  ...series(15, (index) => `sha256:${hexOf(index, 64)}`),
  ...series(15, (index) => `commit ${hexOf(index, 40)}`),
  ...series(20, (index) => new Date(1_795_176_000_000 + index * 86_399_777).toISOString()),
  ...series(20, (index) => `at ${1_795_176_000_000 + index * 7_777_777} ms`),
  ...series(10, (index) => String(1_795_176_000 + index * 1_234_567)),
  ...series(10, (index) => `${1_795_176_000_000_000_000n + BigInt(index) * 987_654_321_000n}`),
  ...series(10, (index) => `version ${index}.${index * 7}.${index * 131}`),
  ...series(10, (index) => `workers/voice/step.ts:${index * 37 + 1}:${index + 5}`),
  'va@1.0.0',
  'voiceassist@0.1.0+20261120120000',
  'toucan-js@4.1.1',
  '@sentry/core@8.9.2',
  'react@19.3.1-beta.one',
  'release 0.1.0+0199f5f0-1c6e-7a52-9d6a-0af7651916cd',
  '2.0.0-rc.1+build.5551234567',
  '2026-11-26T11:15:01+00:00',
  '2026-11-26 11:15:01.123456+03',
  '26/Nov/2026:11:15:01 +0000',
  '10.0.0.1:5432',
  '192.168.100.200',
  '2001:db8::8a2e:370:7334',
  'https://voice.example.com/api/rag/query?limit=50&cursor=abc',
  'https://voice.example.com/audit?from=2026-11-01&to=2026-11-30',
  '/api/admin/feature-flags/voice_barge_in',
  'uploaded 30 pages in 1234567890 ms',
  '1795176.25',
  '0.4111111111111111',
  '4111111111111112',
  'id 4242424242424241',
  'snowflake 1312345678901234567',
  'order 100-200-300',
  'isbn 978-3-16-148410-0',
  'error 23505: duplicate key value violates unique constraint "documents_pkey"',
  'Failed query: select 1 where token = $1',
  'sec-fetch-site: same-origin',
  'bearer authentication is required',
  'Basic information is missing',
  'a task-force of 12345678 people',
  'risk_assessment_2026',
  'gpt-5-mini text-embedding-3-small va-lexical-1 va_lexical_1',
  'tokens: 1200 input, 300 output',
  'code 1006, reason none',
  'CA1234567890abcdef1234567890abcdef',
  'AC1234567890abcdef1234567890abcdef',
  'To err is human: From here on = fine',
  'queue documents-production, attempt 3 of 6',
  'From: 2026-11-01 To: 2026-11-30',
  '<Say language="ru-RU">Извините</Say>',
  'x-va-audio: pcm16/24000',
  '@media (min-width: 640px)',
  'npm run db:up -- --env staging',
  'ray 8f2c1d3e4b5a6978-AMS',
  '-12.5 +3.25 +100 %',
  '+1795 ms since the last',
]
