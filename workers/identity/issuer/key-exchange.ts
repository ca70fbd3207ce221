/**
 * API keys in use: one is traded for an access token that says what the key may do, so the edge
 * need not send it here for every request.
 */
import { timingSafeEqual } from 'node:crypto'
import { parseKey } from '../api-key.ts'
import { signKeyToken } from './access-token.ts'
import { type ApiKeyRow, findKey } from './api-key-store.ts'
import { hashSecret } from './api-keys.ts'
import type { IssuerContext } from './context.ts'

export interface ExchangedKey {
  keyId: string
  /** An access token. */
  token: string
}

/** The token for `text`; undefined when it is no key, or not one that is valid now. */
export async function exchangeKey(
  ctx: IssuerContext,
  text: string,
): Promise<ExchangedKey | undefined> {
  const key = parseKey(text)
  const row = key && (await findKey(ctx, key.keyId))
  const endsAt = row && row.kind === key.kind ? endOf(row, hashSecret(key.secret), ctx.now()) : null
  return row && endsAt ? { keyId: row.id, token: await signKeyToken(ctx, row, endsAt) } : undefined
}

/** What the key may do at this moment; null when it is revoked, expired or another tenant's. */
export async function permissionsOfKey(
  ctx: IssuerContext,
  keyId: string,
  tenantId: string,
): Promise<readonly string[] | null> {
  const row = await findKey(ctx, keyId)
  const isValid = row?.tenantId === tenantId && !row.revokedAt && row.expiresAt > ctx.now()
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

const isSame = (a: string, b: string) =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
