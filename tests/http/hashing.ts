/**
 * scrypt for HTTP tests: a quarter of a second of CPU per password once, not per use. A password has
 * one key here for each set of parameters, whatever the salt, so a file full of sign-ins costs a few
 * hashes. What salts and parameters do is proven where scrypt is real: tests/unit/identity/password.test.ts
 * and, in workerd, tests/worker/identity.test.ts.
 */
import crypto, { type BinaryLike, type ScryptOptions } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { callbackify } from 'node:util'

const { scrypt } = crypto
const keys = new Map<string, Promise<Buffer>>()

function derive(input: BinaryLike, salt: BinaryLike, length: number, options: ScryptOptions) {
  return new Promise<Buffer>((resolve, reject) => {
    scrypt(input, salt, length, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

/** With one promise for all who ask at once: they would derive different keys from different salts. */
const remembered = callbackify(
  async (input: BinaryLike, salt: BinaryLike, length: number, options: ScryptOptions) => {
    const id = JSON.stringify([input, length, options])
    const key = keys.get(id) ?? derive(input, salt, length, options)
    keys.set(id, key)
    return Buffer.from(await key)
  },
)

/** Until `restore` is called: test files share a process, and others mean the real one. */
export function rememberHashes() {
  put(remembered)
  return { restore: () => put(scrypt) }
}

function put(one: unknown): void {
  Object.assign(crypto, { scrypt: one })
  syncBuiltinESMExports()
}
