/**
 * The client's side of PostgreSQL's password methods, without the socket: SCRAM-SHA-256 (RFC 5802,
 * RFC 7677; no channel binding, as there is no TLS) and the older MD5.
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

export interface Scram {
  readonly first: string
  /** The answer to the server's first message. @throws Error when that message is not valid */
  final(serverFirst: string): Promise<string>
  /** @throws Error when the server does not know the password either */
  verify(serverFinal: string): void
}

export function startScram(password: string): Scram {
  const nonce = randomBytes(18).toString('base64')
  const bare = `n=,r=${nonce}`
  let expected = Buffer.alloc(0)
  return {
    first: `n,,${bare}`,
    async final(serverFirst) {
      const { r = '', s = '', i = '' } = attributes(serverFirst)
      if (!r.startsWith(nonce) || !s || !(Number(i) > 0))
        throw new Error('SCRAM: invalid challenge')
      const salted = await saltedPassword(password, Buffer.from(s, 'base64'), Number(i))
      const withoutProof = `c=biws,r=${r}`
      const signed = `${bare},${serverFirst},${withoutProof}`
      expected = hmac(hmac(salted, 'Server Key'), signed)
      return `${withoutProof},p=${clientProof(salted, signed).toString('base64')}`
    },
    verify(serverFinal) {
      const given = Buffer.from(attributes(serverFinal).v ?? '', 'base64')
      const isServer = given.length === expected.length && timingSafeEqual(given, expected)
      if (!isServer) throw new Error('SCRAM: the server could not prove that it knows the password')
    },
  }
}

/** @param salt Four bytes of the server's. */
export function md5Password(user: string, password: string, salt: Buffer): string {
  const inner = md5(Buffer.from(password + user))
  return `md5${md5(Buffer.concat([Buffer.from(inner), salt]))}`
}

const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex')

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** NFKC is SASLprep (RFC 4013) for every password without control or forbidden characters. */
const saltedPassword = (password: string, salt: Buffer, iterations: number) =>
  promisify(pbkdf2)(password.normalize('NFKC'), salt, iterations, 32, 'sha256')

function clientProof(salted: Buffer, signed: string): Buffer {
  const key = hmac(salted, 'Client Key')
  const stored = createHash('sha256').update(key).digest()
  const signature = hmac(stored, signed)
  return Buffer.from(key.map((byte, index) => byte ^ (signature[index] ?? 0)))
}

/** `a=1,b=2` as an object; values may hold more equals signs. */
function attributes(text: string): Partial<Record<string, string>> {
  return Object.fromEntries(text.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}
