/**
 * API keys in use: one is traded for an access token that says what the key may do, so the edge
 * need not send it here for every request.
 */
import { timingSafeEqual } from 'node:crypto'
import { noteTenant } from '../../../shared/tracing.ts'
import { parseKey } from '../api-key.ts'
import { signKeyToken } from './access-token.ts'
import { type ApiKeyRow, findUsableKey, markFirstUse, markUsed } from './api-key-store.ts'
import { hashSecret } from './api-keys.ts'
import type { IssuerCore } from './context.ts'
import { permissionsOfClient } from './oauth-client-store.ts'

export interface ExchangedKey {
  /** An access token. */
  token: string
  /** Writes the use down; nobody need wait for it. */
  noteUse: () => Promise<void>
}

/** The token for `text`; undefined when it is no key, or not one that is valid now. */
export async function exchangeKey(
  ctx: IssuerCore,
  text: string,
): Promise<ExchangedKey | undefined> {
  const key = parseKey(text)
  const row = key && (await findUsableKey(ctx, key.keyId))
  const endsAt = row && row.kind === key.kind ? endOf(row, hashSecret(key.secret), ctx.now()) : null
  if (!row || !endsAt) return undefined
  noteTenant(row.tenantId)
  const noteUse = () => (row.lastUsedAt ? markUsed(ctx, row.id) : markFirstUse(ctx, row))
  return { token: await signKeyToken(ctx, row, endsAt), noteUse }
}

/**
 * What the key, or the application by that id, may do at this moment; null when it is revoked,
 * expired or another tenant's.
 */
export async function permissionsOfKey(
  ctx: IssuerCore,
  keyId: string,
  tenantId: string,
): Promise<readonly string[] | null> {
  const row = await findUsableKey(ctx, keyId)
  if (!row) return permissionsOfClient(ctx, keyId, tenantId)
  const isValid = row.tenantId === tenantId && !row.revokedAt && row.expiresAt > ctx.now()
  return isValid ? row.scopes : null
}

/** When the secret with this hash ends; null when it is not the key's, or has ended. */
function endOf(row: ApiKeyRow, hash: string, now: Date): Date | null {
  const { secretHash, previousHash, expiresAt, previousExpiresAt, revokedAt } = row
  if (revokedAt) return null
  if (isSame(hash, secretHash)) return expiresAt > now ? expiresAt : null
  if (!previousHash || !isSame(hash, previousHash)) return null
  return previousExpiresAt && previousExpiresAt > now ? previousExpiresAt : null
}

/** Of two hashes, in the same time whatever they are. */
export const isSame = (a: string, b: string) =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
