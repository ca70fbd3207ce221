/**
 * The Ed25519 keys that sign access tokens. All live ones are published; the newest that is active
 * signs. So a key can be published before it is used, and used up before it is forgotten. The
 * first is made with the first owner (setup.ts); none is ever made while a request waits for it.
 */
import { desc, gt, isNull, or } from 'drizzle-orm'
import { exportJWK, exportPKCS8, generateKeyPair, importPKCS8 } from 'jose'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { newId } from '../../../shared/ids.ts'
import { secret, valuesOf } from '../../../shared/secret.ts'
import type { KeySet } from '../schemas.ts'
import type { IssuerCore, IssuerEnv } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { signingKeys } from './key-tables.ts'
import { seal, unseal } from './key-vault.ts'

type Row = typeof signingKeys.$inferSelect

/** Milliseconds the signing key is used without looking again; far below a key's overlap. */
const FRESH_MS = 60_000

interface Signer {
  keyId: string
  key: CryptoKey
  loadedAt: number
}

const signers = new WeakMap<IssuerEnv, Signer>()

/** A new key as a row that is active from now on; the caller inserts it. */
export async function createSigningKey({ env, now }: IssuerCore): Promise<Row> {
  const id = newId(now())
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  const { x } = await exportJWK(publicKey)
  if (!x) throw new Error('An Ed25519 key has a coordinate x.')
  const { current } = await secret(env, 'AUTH_SECRET')
  return {
    id,
    publicKey: { kty: 'OKP', crv: 'Ed25519', x, kid: id, alg: 'EdDSA', use: 'sig' },
    privateKey: await seal(current, id, await exportPKCS8(privateKey)),
    createdAt: now(),
    activeFrom: now(),
    expiresAt: null,
    replaces: null,
  }
}

/** What verifies tokens: the key that signs, those before it and those to come. */
export async function publishedKeys(ctx: IssuerCore): Promise<KeySet> {
  const rows = await liveKeys(ctx)
  return { keys: rows.map(({ publicKey }) => publicKey) }
}

/** @throws ProblemError misconfigured when no live key is there to sign with */
export async function signerOf(ctx: IssuerCore): Promise<Signer> {
  const { env, now } = ctx
  const known = signers.get(env)
  if (known && now().getTime() - known.loadedAt < FRESH_MS) return known

  const row = (await liveKeys(ctx)).find(({ activeFrom }) => activeFrom <= now())
  if (!row) throw new ProblemError('misconfigured', 'There is no signing key; run the setup first.')
  const pem = await unseal(valuesOf(await secret(env, 'AUTH_SECRET')), row.id, row.privateKey)
  const key = await importPKCS8(pem, 'EdDSA')
  const signer = { keyId: row.id, key, loadedAt: now().getTime() }
  signers.set(env, signer)
  return signer
}

/** Newest first. */
async function liveKeys({ env, now }: IssuerCore): Promise<Row[]> {
  const isLive = or(isNull(signingKeys.expiresAt), gt(signingKeys.expiresAt, now()))
  return reaching(
    authDatabaseOf(env)
      .select()
      .from(signingKeys)
      .where(isLive)
      .orderBy(desc(signingKeys.activeFrom)),
  )
}
