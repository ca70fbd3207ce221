/** Encrypted payloads, as GrowthBook publishes them: AES-CBC, `iv.ciphertext`, all in base64. */
import { SnapshotError } from './engine/limits.ts'
import type { Payload } from './engine/payload.ts'

const PARTS = {
  encryptedFeatures: 'features',
  encryptedExperiments: 'experiments',
  encryptedSavedGroups: 'savedGroups',
  encryptedContextualBandits: 'contextualBandits',
} as const

type EncryptedPayload = Payload & Partial<Record<keyof typeof PARTS, string>>

/**
 * The payload with its encrypted parts in the clear, for `compileSnapshot` to look at.
 *
 * @param key 128 bits in base64, GrowthBook's decryption key of the connection
 * @throws SnapshotError for a part that does not open with `key`, or is no JSON then
 */
export async function decryptPayload(payload: EncryptedPayload, key: string): Promise<Payload> {
  const opened = Object.entries(PARTS).map(async ([sealed, name]) => {
    const text: unknown = Reflect.get(payload, sealed)
    if (typeof text !== 'string') return []
    return [[name, parse(sealed, await decryptText(text, key))]]
  })
  return { ...payload, ...Object.fromEntries((await Promise.all(opened)).flat()) }
}

function parse(part: string, text: string | undefined): unknown {
  try {
    if (text !== undefined) return JSON.parse(text)
  } catch {
    // Said below, as what does not open at all.
  }
  throw new SnapshotError(`${part} does not open: check the decryption key of the connection.`)
}

/** @returns undefined when the text is not of that form, or was made with another key */
export async function decryptText(text: string, key: string): Promise<string | undefined> {
  const [iv = '', sealed = ''] = text.split('.')
  const algorithm = { name: 'AES-CBC', length: 128 }
  try {
    const secret = await crypto.subtle.importKey('raw', bytesOf(key), algorithm, false, ['decrypt'])
    const open = { name: 'AES-CBC', iv: bytesOf(iv) }
    return new TextDecoder().decode(await crypto.subtle.decrypt(open, secret, bytesOf(sealed)))
  } catch {
    return undefined
  }
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
