/**
 * An authenticator and the browser around it, in software: what Web Authentication Level 3 says they
 * answer, with no attestation (section 8.7). Keys are ES256 or Ed25519, chosen as the site prefers.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import type {
  Assertion,
  AssertionOptions,
  CreationOptions,
  NewCredential,
} from '../../workers/identity/passkey-schemas.ts'

/** Section 6.1: bits of the authenticator data. */
const FLAGS = { present: 0x01, verified: 0x04, canSync: 0x08, attested: 0x40 }

interface Options {
  /** COSE algorithms it knows; -7 is ES256, -8 EdDSA. */
  algorithms?: readonly number[]
  origin?: string
  isSynced?: boolean
  /** Whether its owner proves who they are. */
  verifiesUser?: boolean
  /** Whether it counts what it signs. */
  counts?: boolean
}

interface Credential {
  id: Buffer
  rpId: string
  userHandle: string
  privateKey: KeyObject
  algorithm: number
  counter: number
}

export function createAuthenticator({
  algorithms = [-7],
  origin = 'http://localhost:8787',
  isSynced = true,
  verifiesUser = true,
  counts = false,
}: Options = {}) {
  const held: Credential[] = []
  const stateFlags =
    FLAGS.present | (verifiesUser ? FLAGS.verified : 0) | (isSynced ? FLAGS.canSync : 0)

  const clientData = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))

  const signed = ({ privateKey, algorithm }: Credential, data: Buffer) =>
    sign(algorithm === -8 ? null : 'sha256', data, privateKey)

  return {
    held,

    /** `navigator.credentials.create()`. */
    create({ challenge, rp, user, pubKeyCredParams }: CreationOptions): NewCredential {
      const algorithm = pubKeyCredParams.find(({ alg }) => algorithms.includes(alg))?.alg
      if (algorithm === undefined) throw new Error('NotSupportedError')
      const { privateKey, publicKey } =
        algorithm === -8
          ? generateKeyPairSync('ed25519')
          : generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const id = randomBytes(16)
      held.push({ id, rpId: rp.id, userHandle: user.id, privateKey, algorithm, counter: 0 })
      const length = Buffer.alloc(2)
      length.writeUInt16BE(id.length)
      const attested = Buffer.concat([Buffer.alloc(16), length, id, coseKey(publicKey, algorithm)])
      const authData = Buffer.concat([
        authenticatorData(rp.id, stateFlags | FLAGS.attested, 0),
        attested,
      ])
      const attestation = cbor(
        new Map<string, unknown>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', authData],
        ]),
      )
      return {
        ...named(id),
        response: {
          clientDataJSON: clientData('webauthn.create', challenge).toString('base64url'),
          attestationObject: attestation.toString('base64url'),
          transports: ['internal'],
        },
      }
    },

    /** `navigator.credentials.get()`, with the passkey made last for this site. */
    get({ challenge, rpId }: AssertionOptions): Assertion {
      const credential = held.findLast((one) => one.rpId === rpId)
      if (!credential) throw new Error('NotAllowedError')
      if (counts) credential.counter++
      const data = clientData('webauthn.get', challenge)
      const authData = authenticatorData(rpId, stateFlags, credential.counter)
      const digest = createHash('sha256').update(data).digest()
      return {
        ...named(credential.id),
        response: {
          clientDataJSON: data.toString('base64url'),
          authenticatorData: authData.toString('base64url'),
          signature: signed(credential, Buffer.concat([authData, digest])).toString('base64url'),
          userHandle: credential.userHandle,
        },
      }
    },
  }
}

const named = (id: Buffer) => {
  const text = id.toString('base64url')
  return { id: text, rawId: text, type: 'public-key' as const }
}

function authenticatorData(rpId: string, flags: number, counter: number): Buffer {
  const count = Buffer.alloc(4)
  count.writeUInt32BE(counter)
  return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.of(flags), count])
}

/** RFC 9053, section 7: key type, algorithm, curve and coordinates. */
function coseKey(key: KeyObject, algorithm: number): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  const bytes = (text: string) => Buffer.from(text, 'base64url')
  return cbor(
    algorithm === -8
      ? new Map<number, unknown>([
          [1, 1],
          [3, -8],
          [-1, 6],
          [-2, bytes(x)],
        ])
      : new Map<number, unknown>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, bytes(x)],
          [-3, bytes(y)],
        ]),
  )
}

/** RFC 8949, as much of it as is needed here: integers, byte and text strings, maps. */
function cbor(value: unknown): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  if (typeof value === 'string') {
    const text = Buffer.from(value)
    return Buffer.concat([head(3, text.length), text])
  }
  if (!(value instanceof Map)) throw new Error('not needed so far')
  const pairs: [unknown, unknown][] = [...value.entries()]
  return Buffer.concat([head(5, value.size), ...pairs.flat().map(cbor)])
}

function head(major: number, argument: number): Buffer {
  const type = major << 5
  if (argument < 24) return Buffer.of(type | argument)
  if (argument < 256) return Buffer.of(type | 24, argument)
  return Buffer.of(type | 25, argument >> 8, argument & 255)
}
