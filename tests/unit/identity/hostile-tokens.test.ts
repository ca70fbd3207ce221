/**
 * Texts, claims and signatures no verifier may take, most signed with our own key, so that only what
 * is named is wrong; and every small change of a token that is right. Headers: hostile-headers.test.ts.
 */
import { assert, asyncProperty, constantFrom, nat, pre } from 'fast-check'
import { expect, test } from 'vitest'
import { verifySigned } from '../../../workers/identity/service.ts'
import { ISSUER, NOW } from './signer.ts'
import {
  CLAIMS,
  encode,
  env,
  genuine,
  HEADER,
  header,
  INVALID,
  json,
  payload,
  read,
  seconds,
  signature,
  signer,
  stranger,
  withClaims,
  withHeader,
} from './verifier.ts'

const halves = Buffer.from(signature, 'base64url')

/** Order of the base point (RFC 8032, section 5.1): S + L verifies where nobody looks at its range. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n
function malleated(): string {
  const [point, scalar] = [halves.subarray(0, 32), halves.subarray(32).toReversed()]
  const beyond = BigInt(`0x${Buffer.from(scalar).toString('hex')}`) + L
  const other = Buffer.from(beyond.toString(16).padStart(64, '0'), 'hex').toReversed()
  return Buffer.concat([point, other]).toString('base64url')
}
const swapped = Buffer.concat([halves.subarray(32), halves.subarray(0, 32)]).toString('base64url')

/** Last in JSON is what counts (RFC 7515, section 4): a good member before it helps nobody. */
const TEXTS = await Promise.all(
  [
    ['with two alg', `{"alg":"EdDSA","typ":"at+jwt","kid":"key-1","alg":"none"}`, json(CLAIMS)],
    ['with two typ', `{"alg":"EdDSA","typ":"at+jwt","kid":"key-1","typ":"JWT"}`, json(CLAIMS)],
    ['with two kid', `{"alg":"EdDSA","kid":"key-1","typ":"at+jwt","kid":"key-2"}`, json(CLAIMS)],
    [
      'with two aud',
      json(HEADER),
      json(CLAIMS)
        .replace('{', '{"aud":"va-api",')
        .replace(/"aud":"va-api"(?!.*"aud")/, '"aud":"x"'),
    ],
    ['whose header is a list', json([HEADER]), json(CLAIMS)],
    ['whose header is null', 'null', json(CLAIMS)],
    ['whose header is text', '"EdDSA"', json(CLAIMS)],
    ['whose header is cut', json(HEADER).slice(0, -1), json(CLAIMS)],
    ['whose header has a second after it', json(HEADER) + json(HEADER), json(CLAIMS)],
    ['whose claims are a list', json(HEADER), json([CLAIMS])],
    ['whose claims are null', json(HEADER), 'null'],
    ['whose claims are cut', json(HEADER), json(CLAIMS).slice(0, -1)],
    ['whose claims are in single quotes', json(HEADER), json(CLAIMS).replaceAll('"', `'`)],
    ['in which another is nested', json(HEADER), genuine],
    ['in which another is nested as text', json(HEADER), json(genuine)],
  ].map(async ([name = '', head = '', body = '']) => [name, await signer.signText(head, body)]),
)

const CLAIM_FAULTS = await Promise.all(
  [
    ...Object.keys(CLAIMS).map((name) => ({ [name]: undefined })),
    ...Object.keys(CLAIMS).map((name) => ({ [name]: null })),
    ...['sub', 'org', 'sid', 'jti', 'aud', 'iss'].map((name) => ({ [name]: '' })),
    ...['sub', 'org', 'sid', 'jti', 'role'].map((name) => ({ [name]: ['ada'] })),
    { aud: 'va-voice' },
    { aud: ['va-voice', 'VA-API'] },
    { aud: { 'va-api': true } },
    { iss: `${ISSUER}/` },
    { iss: [ISSUER] },
    { iss: ISSUER.toUpperCase() },
    { exp: String(seconds + 300) },
    { exp: true },
    { iat: 'now' },
    { nbf: seconds + 3600 },
    { nbf: '0' },
    { plt: 'true' },
    { plt: 1 },
  ].map(async (members) => [
    `with ${json(members)} (${Object.keys(members)[0]})`,
    await withClaims(members),
  ]),
)

const SIGNATURES = [
  ['of another key', await withHeader({}, stranger)],
  [
    'with the signature of another token',
    `${header}.${payload}.${(await withClaims({ jti: 'b' })).split('.')[2]}`,
  ],
  ['with a signature of zeros', `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`],
  ['with a signature of one byte', `${header}.${payload}.AA`],
  ['with a signature that goes on', `${genuine}AAAA`],
  ['with the halves of its signature swapped', `${header}.${payload}.${swapped}`],
  ['with a signature beyond its range', `${header}.${payload}.${malleated()}`],
]

const SPELLINGS = [
  ['with padding', `${genuine}==`],
  ['with padding in its header', `${header}=.${payload}.${signature}`],
  [
    'with the other alphabet',
    `${header}.${encode('{"a":"??>>"}').replaceAll('_', '/')}.${signature}`,
  ],
  ['with an empty header', `.${payload}.${signature}`],
  ['with empty claims', `${header}..${signature}`],
  ['of two parts', `${header}.${payload}`],
  ['of four parts', `${genuine}.${signature}`],
  ['of five parts', `${genuine}.AAAA.AAAA`],
  ['in JSON', json({ protected: header, payload, signature })],
  ['of dots', '.'.repeat(4000)],
  ['of 1 MB', `${header}.${'A'.repeat(2 ** 20)}.${signature}`],
]

test.each([...TEXTS, ...CLAIM_FAULTS, ...SIGNATURES, ...SPELLINGS] as [string, string][])(
  'a token %s is refused, and that is all we say',
  async (_name, token) => {
    await expect(read(token)).rejects.toMatchObject(INVALID)
  },
)

test.each([' ', '\n', '\r\n', '\t', '\u0000', '\u00a0', '\ufeff'])(
  'nor is one with %j anywhere in it',
  async (blank) => {
    const kind = { typ: 'at+jwt', audience: 'va-api', tolerance: 5 }
    expect(await verifySigned(env, genuine, kind, NOW)).toEqual(CLAIMS)
    const at = [0, 1, header.length, header.length + 1, genuine.length - 1, genuine.length]
    for (const index of at) {
      const token = genuine.slice(0, index) + blank + genuine.slice(index)
      await expect(verifySigned(env, token, kind, NOW)).rejects.toMatchObject(INVALID)
    }
  },
)

const CHARACTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=')

test('no bit of a token can be another', async () => {
  const index = nat({ max: genuine.length - 1 })
  await assert(
    asyncProperty(index, constantFrom(...CHARACTERS), async (at, char) => {
      pre(char !== genuine[at])
      const token = genuine.slice(0, at) + char + genuine.slice(at + 1)
      await expect(read(token)).rejects.toMatchObject(INVALID)
    }),
    { numRuns: 500 },
  )
})

test('no part of a token is enough', async () => {
  const [start, end] = [nat({ max: genuine.length }), nat({ max: genuine.length })]
  await assert(
    asyncProperty(start, end, async (from, to) => {
      const part = genuine.slice(from, to)
      pre(part !== '' && part !== genuine)
      await expect(read(part)).rejects.toMatchObject(INVALID)
    }),
  )
})

const outcomeOf = (token: string) =>
  read(token).then(
    () => 'accepted',
    (refusal: Error) => (refusal.message.includes('expired') ? 'called expired' : 'refused'),
  )

test.each([
  ['an end in 1 s', { exp: seconds + 1 }, 'accepted'],
  ['an end now', { exp: seconds }, 'accepted'],
  ['an end 4 s ago', { exp: seconds - 4 }, 'accepted'],
  ['an end 5 s ago', { exp: seconds - 5 }, 'called expired'],
  ['an end in 1970', { exp: 0 }, 'called expired'],
  ['an end before 1970', { exp: -1 }, 'called expired'],
  ['a beginning now', { nbf: seconds }, 'accepted'],
  ['a beginning in 5 s', { nbf: seconds + 5 }, 'accepted'],
  ['a beginning in 6 s', { nbf: seconds + 6 }, 'refused'],
])('a token with %s is %s', async (_name, members, outcome) => {
  expect(await outcomeOf(await withClaims(members))).toBe(outcome)
})
