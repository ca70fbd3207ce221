/** Passkeys as this browser makes and uses them (Web Authentication Level 3, JSON forms). */
import type {
  Assertion,
  AssertionOptions,
  CreationOptions,
  NewCredential,
} from '../../identity/passkey-schemas.ts'

export const hasPasskeys = (): boolean =>
  'PublicKeyCredential' in window && 'parseRequestOptionsFromJSON' in PublicKeyCredential

/** @returns null when the reader changed their mind, or took too long */
export async function createPasskey(options: CreationOptions): Promise<NewCredential | null> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON({ ...options })
  const made = await unlessCancelled(navigator.credentials.create({ publicKey }))
  // Safe: the standard names what it holds, and the server checks it field by field.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return made && (made.toJSON() as NewCredential)
}

/** @returns null when the reader changed their mind, or has none here */
export async function getAssertion(options: AssertionOptions): Promise<Assertion | null> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON({ ...options })
  const shown = await unlessCancelled(navigator.credentials.get({ publicKey }))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  return shown && (shown.toJSON() as Assertion)
}

async function unlessCancelled(asked: Promise<Credential | null>) {
  try {
    const credential = await asked
    return credential instanceof PublicKeyCredential ? credential : null
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'NotAllowedError') return null
    throw thrown
  }
}
