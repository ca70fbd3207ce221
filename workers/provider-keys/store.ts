/** SQL for provider keys. Every change carries its audit entry, and none is written for no change. */
import { and, asc, eq, isNull, type SQL, sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { callAcrossTenants, type DatabaseEnv, withTenant } from '../../shared/database.ts'
import { auditColumn } from '../audit/service.ts'
import type { Provider } from './providers.ts'
import { providerKeys, tenantDeks } from './tables.ts'

export type StoreContext = WithEnv<DatabaseEnv>

export type DekRow = Pick<typeof tenantDeks.$inferSelect, 'id' | 'kid' | 'wrapped'>
export type KeyRow = Omit<typeof providerKeys.$inferSelect, 'tenantId' | 'provider'>

const DEK = { id: tenantDeks.id, kid: tenantDeks.kid, wrapped: tenantDeks.wrapped }

/** The data key that seals, or undefined while the tenant has none. */
export async function findActiveDek(ctx: StoreContext): Promise<DekRow | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx
      .select(DEK)
      .from(tenantDeks)
      .where(and(eq(tenantDeks.tenantId, ctx.tenantId), isNull(tenantDeks.retiredAt))),
  ])
  return row
}

export async function findDek(ctx: StoreContext, id: string): Promise<DekRow | undefined> {
  const [[row]] = await withTenant(ctx).batch((tx) => [
    tx.select(DEK).from(tenantDeks).where(isDek(ctx, id)),
  ])
  return row
}

/** Without effect when the tenant has an active one: of several at once one is stored. */
export async function insertDek(ctx: StoreContext, dek: DekRow): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx
      .insert(tenantDeks)
      .values({ ...dek, tenantId: ctx.tenantId, createdAt: ctx.now() })
      .onConflictDoNothing(),
  ])
}

/** From here on `next` seals; what was sealed before stays readable. */
export async function replaceDek(ctx: StoreContext, next: DekRow): Promise<void> {
  const { tenantId } = ctx
  await withTenant(ctx).batch((tx) => [
    tx
      .update(tenantDeks)
      .set({ retiredAt: ctx.now() })
      .where(and(eq(tenantDeks.tenantId, tenantId), isNull(tenantDeks.retiredAt))),
    tx
      .insert(tenantDeks)
      .values({ ...next, tenantId, createdAt: ctx.now() })
      .onConflictDoNothing(),
  ])
}

/** @param from Only while it is still wrapped with this KEK: another isolate may have been faster. */
export async function updateWrapping(ctx: StoreContext, dek: DekRow, from: string): Promise<void> {
  await withTenant(ctx).batch((tx) => [
    tx
      .update(tenantDeks)
      .set({ kid: dek.kid, wrapped: dek.wrapped })
      .where(and(isDek(ctx, dek.id), eq(tenantDeks.kid, from))),
  ])
}

/** Data keys of all tenants that are wrapped with another KEK than `kid`; ids only. */
export async function selectStaleDeks(
  env: DatabaseEnv,
  kid: string,
  most: number,
): Promise<{ tenantId: string; id: string }[]> {
  const rows = await callAcrossTenants<{ tenant_id: string; id: string }>(
    env,
    sql`select tenant_id, id from stale_deks(${kid}, ${most})`,
  )
  return rows.map(({ tenant_id: tenantId, id }) => ({ tenantId, id }))
}

export async function selectKeys(ctx: StoreContext, provider: Provider): Promise<KeyRow[]> {
  const { field, sealed, version, ending, updatedAt } = providerKeys
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ field, sealed, version, ending, updatedAt })
      .from(providerKeys)
      .where(isProvider(ctx, provider))
      .orderBy(asc(field)),
  ])
  return rows
}

/**
 * Stores all of them or none.
 *
 * @returns false when one was changed since its version was read
 */
export async function upsertKeys(
  ctx: StoreContext,
  provider: Provider,
  keys: readonly KeyRow[],
): Promise<boolean> {
  const { tenantId } = ctx
  const isNew = keys.every(({ version }) => version === 1)
  const entry = auditColumn(ctx, isNew ? 'secret.create' : 'secret.rotate', {
    resource: { type: 'provider_keys', id: provider },
  })
  const excluded = (column: string) => sql.raw(`excluded.${column}`)
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(
      changing(
        tx
          .insert(providerKeys)
          .values(keys.map((key) => ({ ...key, tenantId, provider })))
          .onConflictDoUpdate({
            target: [providerKeys.tenantId, providerKeys.provider, providerKeys.field],
            set: {
              sealed: excluded('sealed'),
              version: excluded('version'),
              ending: excluded('ending'),
              updatedAt: excluded('updated_at'),
            },
            setWhere: eq(providerKeys.version, sql`${excluded('version')} - 1`),
          })
          .returning({ field: providerKeys.field })
          .getSQL(),
        entry,
      ),
    ),
  ])
  return rows.length > 0
}

/** @returns whether there were any. */
export async function deleteKeys(ctx: StoreContext, provider: Provider): Promise<boolean> {
  const resource = { type: 'provider_keys', id: provider }
  const entry = auditColumn(ctx, 'secret.delete', { resource })
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute(
      changing(
        tx
          .delete(providerKeys)
          .where(isProvider(ctx, provider))
          .returning({ field: providerKeys.field })
          .getSQL(),
        entry,
      ),
    ),
  ])
  return rows.length > 0
}

/** One row, and one audit entry, when `statement` changed anything; neither when it did not. */
const changing = (statement: SQL, entry: SQL) =>
  sql`with changed as (${statement}) select ${entry} as seq from (select from changed limit 1) one`

const isDek = ({ tenantId }: StoreContext, id: string) =>
  and(eq(tenantDeks.tenantId, tenantId), eq(tenantDeks.id, id))

const isProvider = ({ tenantId }: StoreContext, provider: Provider) =>
  and(eq(providerKeys.tenantId, tenantId), eq(providerKeys.provider, provider))
