/**
 * The key that signs checkpoints of audit logs: not one that signs tokens, and under a `typ` no
 * token has. Made when the first checkpoint is due; of two made at once, the table keeps one.
 */
import { and, desc, eq, gt, isNull, lte, or } from 'drizzle-orm'
import { CompactSign, importPKCS8 } from 'jose'
import { reaching } from '../../../shared/database.ts'
import { secret, valuesOf } from '../../../shared/secret.ts'
import { CHECKPOINT_TYP } from '../../audit/service.ts'
import type { PublicKey } from '../schemas.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { auditKeys } from './key-tables.ts'
import { unseal } from './key-vault.ts'
import { createSigningKey } from './signing-keys.ts'

export interface ChainEnd {
  tenantId: string
  seq: number
  /** SHA-256 in hexadecimal. */
  hash: string
}

/**
 * Signs that this tenant's chain stood there now. The time is ours, not the caller's.
 *
 * @throws RangeError for what cannot be the end of a chain
 */
export async function signCheckpoint(
  ctx: IssuerContext,
  { tenantId, seq, hash }: ChainEnd,
): Promise<string> {
  if (!tenantId || !Number.isSafeInteger(seq) || seq < 1 || !/^[0-9a-f]{64}$/.test(hash)) {
    throw new RangeError('This cannot be the end of a chain.')
  }
  const { id, key } = await signerOf(ctx)
  const claims = { at: ctx.now().toISOString(), hash, seq, tenant: tenantId }
  return new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: 'EdDSA', typ: CHECKPOINT_TYP, kid: id })
    .sign(key)
}

/** Every key that ever signed, for checkpoints are kept for years. */
export async function publishedAuditKeys({ env }: IssuerContext): Promise<PublicKey[]> {
  const rows = await reaching(
    authDatabaseOf(env)
      .select({ publicKey: auditKeys.publicKey })
      .from(auditKeys)
      .orderBy(desc(auditKeys.createdAt)),
  )
  return rows.map(({ publicKey }) => publicKey)
}

/** A key sealed under a secret that is gone signs no more, but goes on verifying. */
async function signerOf(ctx: IssuerContext): Promise<{ id: string; key: CryptoKey }> {
  const secrets = valuesOf(await secret(ctx.env, 'AUTH_SECRET'))
  const { id, privateKey } = (await activeKey(ctx)) ?? (await replaceKey(ctx, ''))
  const pem = await unseal(secrets, id, privateKey).catch(() => undefined)
  if (pem !== undefined) return { id, key: await importPKCS8(pem, 'EdDSA') }
  ctx.log.error('a checkpoint key cannot be read with any AUTH_SECRET and is replaced', { id })
  const next = await replaceKey(ctx, id)
  const db = authDatabaseOf(ctx.env)
  await reaching(db.update(auditKeys).set({ retiredAt: ctx.now() }).where(eq(auditKeys.id, id)))
  return {
    id: next.id,
    key: await importPKCS8(await unseal(secrets, next.id, next.privateKey), 'EdDSA'),
  }
}

async function activeKey({ env, now }: IssuerContext) {
  const isActive = and(
    or(isNull(auditKeys.activeFrom), lte(auditKeys.activeFrom, now())),
    or(isNull(auditKeys.retiredAt), gt(auditKeys.retiredAt, now())),
  )
  const [known] = await reaching(
    authDatabaseOf(env)
      .select()
      .from(auditKeys)
      .where(isActive)
      .orderBy(desc(auditKeys.createdAt))
      .limit(1),
  )
  return known
}

/** The key that takes over from `replaces` at once: the one that was made first. */
async function replaceKey(ctx: IssuerContext, replaces: string) {
  const db = authDatabaseOf(ctx.env)
  const { id, publicKey, privateKey, createdAt } = await createSigningKey(ctx)
  const row = { id, publicKey, privateKey, createdAt, replaces }
  await reaching(db.insert(auditKeys).values(row).onConflictDoNothing())
  const [made] = await reaching(db.select().from(auditKeys).where(eq(auditKeys.replaces, replaces)))
  if (!made) throw new Error('A key for checkpoints was made and is not there.')
  return made
}
