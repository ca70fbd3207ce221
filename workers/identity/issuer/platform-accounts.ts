/** Accounts in the hands of those who run the platform: found by address, banned, and let in again. */
import { asc, eq, type SQL, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { auditEntry, PLATFORM } from '../../audit/service.ts'
import type { Account, AccountList, NewBan } from '../platform-schemas.ts'
import { bans } from './ban-tables.ts'
import type { CallerContext } from './caller.ts'
import { authDatabaseOf } from './database.ts'
import { refusing } from './refusal.ts'
import { revoke } from './revocation.ts'
import { ownOf } from './session-list.ts'
import { members, users } from './tables.ts'

export async function findAccounts(ctx: CallerContext, email: string): Promise<AccountList> {
  const account = await selectAccount(ctx, eq(users.email, email))
  return { items: account ? [account] : [] }
}

/**
 * From the same moment on nobody gets in as this account; tokens that are out are refused within
 * fifteen seconds, and at once where a permission must be fresh.
 *
 * @throws ProblemError not_found; forbidden for an account that runs the platform; invalid_fields
 */
export async function banAccount(
  ctx: CallerContext,
  id: string,
  { reason, expiresAt }: NewBan,
): Promise<Account> {
  const at = ctx.now()
  if (expiresAt !== undefined && Date.parse(expiresAt) <= at.getTime()) {
    const errors = [{ in: 'json', pointer: '/expiresAt', detail: 'must be in the future' }]
    throw new ProblemError('invalid_fields', 'Correct the fields named in errors.', { errors })
  }
  const until = expiresAt ?? null
  const ban = sql`select auth.ban_user(${id}, ${reason}, ${ownOf(ctx).userId},
    ${at.toISOString()}::timestamptz, ${until}::timestamptz)`
  await change(ctx, id, { statement: ban, event: 'admin.user.ban', reason })
  await revoke(ctx, [{ type: 'user', id }])
  return getAccount(ctx, id)
}

/** @throws ProblemError not_found when there is no such account, or no ban of it */
export async function unbanAccount(ctx: CallerContext, id: string): Promise<void> {
  const statement = sql`select auth.unban_user(${id})`
  await change(ctx, id, { statement, event: 'admin.user.unban' })
}

interface Change {
  statement: SQL
  event: 'admin.user.ban' | 'admin.user.unban'
  reason?: string
}

/** One transaction with its entries: in the platform's log and in that of each tenant concerned. */
async function change(ctx: CallerContext, id: string, { statement, event, reason }: Change) {
  const { tenants } = await getAccount(ctx, id)
  const details = { resource: { type: 'user', id }, ...(reason !== undefined && { reason }) }
  // In one order, for each holds its chain until the end.
  const logs = [PLATFORM, ...tenants.map((tenant) => tenant.id)].toSorted()
  const db = authDatabaseOf(ctx.env)
  const entries = logs.map((tenantId) =>
    db.execute(auditEntry(ctx, event, { ...details, tenantId })),
  )
  await refusing(db.batch([db.execute(statement), ...entries]))
}

async function getAccount(ctx: CallerContext, id: string): Promise<Account> {
  const account = await selectAccount(ctx, eq(users.id, id))
  if (!account) throw new ProblemError('not_found', 'There is no such account.')
  return account
}

async function selectAccount({ env }: CallerContext, which: SQL): Promise<Account | undefined> {
  const rows = await reaching(
    authDatabaseOf(env)
      .select({ user: users, ban: bans, tenantId: members.organizationId, role: members.role })
      .from(users)
      .leftJoin(bans, eq(bans.userId, users.id))
      .leftJoin(members, eq(members.userId, users.id))
      .where(which)
      .orderBy(asc(members.organizationId)),
  )
  const [first] = rows
  if (!first) return undefined
  const { user, ban } = first
  const { id, email, name, isPlatform } = user
  const tenants = rows.flatMap(({ tenantId, role }) =>
    tenantId !== null && role !== null ? [{ id: tenantId, role }] : [],
  )
  return {
    id,
    email,
    name,
    createdAt: user.createdAt.toISOString(),
    isPlatform,
    tenants,
    ban: ban && {
      reason: ban.reason,
      bannedAt: ban.bannedAt.toISOString(),
      expiresAt: ban.expiresAt?.toISOString() ?? null,
    },
  }
}
