/**
 * Headers that make a verifier choose the wrong algorithm, the wrong key or the wrong way to read a
 * token: RFC 8725 (JSON Web Token Best Current Practices), and what went wrong in libraries since.
 */
import { CompactSign, exportSPKI, generateKeyPair } from 'jose'
import { expect, test } from 'vitest'
import {
  CLAIMS,
  encode,
  genuine,
  HEADER,
  header,
  INVALID,
  json,
  payload,
  read,
  signature,
  signer,
  stranger,
  withHeader,
} from './verifier.ts'

test('a genuine token is accepted', async () => {
  expect(await read(genuine)).toMatchObject({ tenantId: 'acme', actor: { userId: 'ada' } })
})

/** A token under `alg`, with a signature that is right for the key at hand. */
async function under(alg: string, key?: Uint8Array): Promise<string> {
  const signingKey = key ?? (await generateKeyPair(alg)).privateKey
  return new CompactSign(Buffer.from(json(CLAIMS)))
    .setProtectedHeader({ ...HEADER, alg })
    .sign(signingKey)
}

const unsigned = (alg: unknown, end: string) =>
  `${encode(json({ ...HEADER, alg }))}.${payload}.${end}`
const relabelled = async (alg: string) => {
  const [, , foreign = ''] = (await under(alg)).split('.')
  return `${header}.${payload}.${foreign}`
}
const spki = Buffer.from(await exportSPKI(signer.publicKey))

const ALGORITHMS = [
  ...['none', 'None', 'NONE', 'nOnE', ''].flatMap((alg) => [
    [`with alg "${alg}" and no signature`, unsigned(alg, '')],
    [`with alg "${alg}" and the old signature`, unsigned(alg, signature)],
  ]),
  ...[undefined, null, 1, ['EdDSA'], { EdDSA: true }, 'eddsa', 'EdDSA ', 'Ed25519'].map((alg) => [
    `with alg ${json(alg)}`,
    unsigned(alg, signature),
  ]),
  [
    'with the public key as secret of HS256',
    await under('HS256', Buffer.from(signer.jwk.x, 'base64url')),
  ],
  [
    'with the public key’s text as secret of HS256',
    await under('HS256', Buffer.from(signer.jwk.x)),
  ],
  ['with the public key in PEM as secret of HS256', await under('HS256', spki)],
  [
    'with the public JWK as secret of HS512',
    await under('HS512', Buffer.from(json(signer.jwk).padEnd(64))),
  ],
  ['under ES256', await under('ES256')],
  ['under RS256', await under('RS256')],
  ['under PS256', await under('PS256')],
  ['signed with ES256 and called EdDSA', await relabelled('ES256')],
  ['signed with RS256 and called EdDSA', await relabelled('RS256')],
]

/** A key of the attacker's, in every place a header can name one; and signed by us, for good measure. */
const { jwk } = stranger
const KEYS = await Promise.all(
  [
    { jwk },
    { jku: 'https://evil.example/jwks.json' },
    { x5u: 'https://evil.example/chain.pem' },
    { x5c: ['MIIB'] },
    { x5t: 'AAAA' },
    { 'x5t#S256': 'AAAA' },
  ].flatMap((members) => {
    const [name = ''] = Object.keys(members)
    return [
      withHeader(members, stranger).then((token) => [`of another key that brings ${name}`, token]),
      withHeader(members).then((token) => [`that brings ${name}`, token]),
    ]
  }),
)

const KIDS = await Promise.all(
  [
    undefined,
    null,
    '',
    1,
    true,
    ['key-1'],
    { key: 'key-1' },
    'KEY-1',
    ' key-1',
    'key-1\u0000',
    'key-2',
    '../../../dev/null',
    '/proc/sys/kernel/randomize_va_space',
    `key-2' union select 'key-1`,
    'https://evil.example/key',
    '__proto__',
    'constructor',
    'x'.repeat(2000),
  ].map(async (kid) => [`with kid ${json(kid)?.slice(0, 40)}`, await withHeader({ kid })]),
)

const HEADERS = await Promise.all([
  ...[
    undefined,
    null,
    '',
    'JWT',
    'jwt',
    'va-voice+jwt',
    'va-audit-checkpoint+jws',
    'text/at+jwt',
    'at+jwt;v=1',
    1,
    ['at+jwt'],
  ].map(async (typ) => [`with typ ${json(typ)}`, await withHeader({ typ })]),
  ...[[], ['exp'], ['b64'], ['kid', 'kid'], 'exp', {}, null].map(async (crit) => [
    `with crit ${json(crit)}`,
    await withHeader({ crit }),
  ]),
  withHeader({ b64: false }).then((token) => ['with b64 false', token]),
  withHeader({ b64: false, crit: ['b64'] }).then((token) => ['with b64 false, as critical', token]),
  withHeader({ zip: 'DEF' }).then((token) => ['that says it is compressed', token]),
  withHeader({ enc: 'A256GCM' }).then((token) => ['that says it is encrypted', token]),
  withHeader({ cty: 'JWT' }).then((token) => ['that says it holds another', token]),
  withHeader({ pad: 'x'.repeat(4000) }).then((token) => ['with a header of 4 KB', token]),
])

test.each([...ALGORITHMS, ...KEYS, ...KIDS, ...HEADERS] as [string, string][])(
  'a token %s is refused, and that is all we say',
  async (_name, token) => {
    await expect(read(token)).rejects.toMatchObject(INVALID)
  },
)
