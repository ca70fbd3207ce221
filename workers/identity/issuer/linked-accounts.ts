/** One's own accounts elsewhere: listed, linked and unlinked. */
import { and, asc, eq, inArray, sql } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { auditColumn } from '../../audit/service.ts'
import { type LinkedAccountList, PROVIDER_IDS, ProviderId } from '../federation-schemas.ts'
import type { FreshProof } from '../passkey-schemas.ts'
import type { CallerContext } from './caller.ts'
import { authDatabaseOf } from './database.ts'
import { begin } from './federation.ts'
import { notify } from './notice.ts'
import { proveRecently } from './recent-proof.ts'
import { ownOf } from './session-list.ts'
import { removeWay } from './sign-in-ways.ts'
import { accounts } from './tables.ts'

export async function listLinkedAccounts(ctx: CallerContext): Promise<LinkedAccountList> {
  const isTheirs = eq(accounts.userId, ownOf(ctx).userId)
  const rows = await reaching(
    authDatabaseOf(ctx.env)
      .select({
        provider: accounts.providerId,
        label: accounts.label,
        linkedAt: accounts.createdAt,
      })
      .from(accounts)
      .where(and(isTheirs, inArray(accounts.providerId, [...PROVIDER_IDS])))
      .orderBy(asc(accounts.createdAt)),
  )
  const items = rows.map(({ provider, label, linkedAt }) => ({
    provider: ProviderId.parse(provider),
    label,
    linkedAt: linkedAt.toISOString(),
  }))
  return { items }
}

/** @throws ProblemError as `proveRecently`; not_found for a provider that is not offered */
export async function beginLinking(
  ctx: CallerContext,
  provider: ProviderId,
  proof: FreshProof,
  browser: string | undefined,
): Promise<{ url: string; cookie: string }> {
  await proveRecently(ctx, proof)
  const { userId, sessionId } = ownOf(ctx)
  return begin(ctx, provider, { from: '/account', linking: { userId, sessionId } }, browser)
}

/** @throws ProblemError not_found; conflict for the last way to sign in; as `proveRecently` */
export async function unlinkAccount(
  ctx: CallerContext,
  provider: ProviderId,
  proof: FreshProof,
): Promise<void> {
  const person = await proveRecently(ctx, proof)
  const { userId } = person
  const details = { resource: { type: 'user', id: userId }, facts: { provider } }
  const removal = sql`
    delete from auth.accounts where user_id = ${userId} and provider_id = ${provider} returning id`
  const audited = auditColumn(ctx, 'auth.account.unlink', details)
  if (!(await removeWay(ctx, userId, removal, audited))) {
    throw new ProblemError('not_found', 'You have no account there that opens this one.')
  }
  notify(ctx, person, 'login_unlinked')
}
