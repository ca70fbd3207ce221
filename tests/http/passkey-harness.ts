/** Adding passkeys and signing in with them, as a page of the console does it. */
import { expect } from 'vitest'
import {
  AssertionOptions,
  CreationOptions,
  Passkey,
  PasskeyList,
} from '../../workers/identity/passkey-schemas.ts'
import type { createAuthenticator } from './authenticator.ts'
import { startTenants } from './tenant-harness.ts'

export const PATH = '/api/auth/passkeys'
export const OPTIONS = '/api/auth/passkey-options'
export const SIGN_IN = '/api/auth/sign-in/passkey'

type Authenticator = ReturnType<typeof createAuthenticator>

export async function startPasskeys() {
  const app = await startTenants()
  const token = app.owner.accessToken

  async function creation(as = token, proof: object = {}): Promise<CreationOptions> {
    const answer = await app.send('POST', OPTIONS, proof, as)
    expect(answer.status).toBe(200)
    return CreationOptions.parse(await answer.json())
  }

  async function add(authenticator: Authenticator, name = 'Laptop', as = token): Promise<Passkey> {
    const credential = authenticator.create(await creation(as))
    const answer = await app.send('POST', PATH, { name, credential }, as)
    expect(answer.status).toBe(201)
    return Passkey.parse(await answer.json())
  }

  async function challenge(): Promise<AssertionOptions> {
    return AssertionOptions.parse(await (await app.post(`${SIGN_IN}/options`)).json())
  }

  return {
    ...app,
    /** The owner's. */
    token,
    creation,
    add,
    challenge,
    signInWith: async (authenticator: Authenticator) =>
      app.post(SIGN_IN, authenticator.get(await challenge())),
    listed: async (as = token) =>
      PasskeyList.parse(await (await app.send('GET', PATH, undefined, as)).json()).items,
  }
}
