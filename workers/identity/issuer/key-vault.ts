/**
 * Private signing keys at rest: AES-256-GCM under a key derived from AUTH_SECRET, bound to the
 * key's id, so that a row's ciphertext is of no use in another row or without the secret.
 */

/** Names what the derived key is for; another purpose would get another key. */
const PURPOSE = 'voiceassist signing keys v1'

/** Bytes; NIST SP 800-38D, section 8.2. Random ones are good for 2^32 keys. */
const IV_BYTES = 12

/** @returns `v1.iv.ciphertext`, in base64url. */
export async function seal(secret: string, keyId: string, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
  const data = new TextEncoder().encode(text)
  const sealed = await crypto.subtle.encrypt(gcm(iv, keyId), await keyOf(secret), data)
  return `v1.${encode(iv)}.${encode(new Uint8Array(sealed))}`
}

/**
 * @param secrets Tried in turn: the one in use, and those before it.
 * @throws Error when none of the secrets, the id or the text is what it was sealed with
 */
export async function unseal(
  secrets: readonly string[],
  keyId: string,
  sealed: string,
): Promise<string> {
  const [version, iv = '', data = ''] = sealed.split('.')
  if (version !== 'v1') throw new Error('A signing key is sealed in a way we do not know.')
  const algorithm = gcm(decode(iv), keyId)
  const opening = secrets.map(async (secret) =>
    crypto.subtle.decrypt(algorithm, await keyOf(secret), decode(data)),
  )
  return new TextDecoder().decode(await Promise.any(opening))
}

const gcm = (iv: BufferSource, keyId: string) => {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(keyId) }
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret)
  const base = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey'])
  const info = new TextEncoder().encode(PURPOSE)
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  const aes = { name: 'AES-GCM', length: 256 }
  return crypto.subtle.deriveKey(hkdf, base, aes, false, ['encrypt', 'decrypt'])
}

const encode = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const decode = (text: string) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  )
