/** Whose account here an account elsewhere opens, and how the two come together. */
import { and, eq, isNotNull, sql } from 'drizzle-orm'
import { isTaken, reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { newId } from '../../../shared/ids.ts'
import { auditColumn, auditEntry } from '../../audit/service.ts'
import type { FederationFailure } from '../federation-schemas.ts'
import type { PendingSignIn } from '../schemas.ts'
import { accountRows, type NewLogin, organizationRows } from './account-rows.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { twoFactors } from './factor-tables.ts'
import { joinWithLogin } from './joining.ts'
import { notify } from './notice.ts'
import { findPerson, type Person } from './person.ts'
import type { Identity } from './provider-client.ts'
import type { Provider } from './providers.ts'
import { type Opened, startSession } from './session.ts'
import { askSecondFactor } from './sign-in.ts'
import { accounts } from './tables.ts'

/** Nobody is signed in, or nothing linked, for a reason its person can do something about. */
export class FederationRefusal extends Error {
  readonly failure: FederationFailure

  constructor(failure: FederationFailure, cause?: unknown) {
    super(failure, { cause })
    this.name = 'FederationRefusal'
    this.failure = failure
  }
}

/**
 * Opens the account that is linked. Where none is, a verified address links the account that has it
 * verified as well, or makes one as far as signing up or an invitation allows.
 *
 * @throws FederationRefusal; ProblemError as `startSession`
 */
export async function signInWithIdentity(
  ctx: IssuerContext,
  provider: Provider,
  identity: Identity,
  { invitation, headers }: { invitation: string | undefined; headers: Headers },
): Promise<Opened | PendingSignIn> {
  const login = loginOf(provider, identity)
  const userId =
    (await findLinked(ctx, login)) ?? (await adopt(ctx, provider, identity, login, invitation))
  const mustProve = !provider.isTrusted && (await hasSecondFactor(ctx, userId))
  if (mustProve) return askSecondFactor(ctx, userId, provider.id)
  return startSession(ctx, { userId, amr: 'fed', method: provider.id }, headers)
}

/** @throws FederationRefusal when it opens another account, or this one is linked there already */
export async function linkToCaller(
  ctx: IssuerContext,
  provider: Provider,
  identity: Identity,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<void> {
  const login = loginOf(provider, identity)
  const owner = await findLinked(ctx, login)
  if (owner !== undefined && owner !== userId) throw new FederationRefusal('linked_elsewhere')
  const person = await findPerson(ctx, { userId })
  if (!person) throw new FederationRefusal('signed_out')
  await link(ctx, person, login, sessionId)
}

/** An account elsewhere is named by issuer and subject, so that another issuer's never opens it. */
const loginOf = ({ id, issuer }: Provider, { subject, label }: Identity): NewLogin => ({
  providerId: id,
  accountId: `${issuer} ${subject}`,
  label: label?.slice(0, 254) ?? null,
})

async function findLinked(
  { env }: IssuerContext,
  { providerId, accountId }: NewLogin,
): Promise<string | undefined> {
  const isIt = and(eq(accounts.providerId, providerId), eq(accounts.accountId, accountId))
  const [row] = await reaching(
    authDatabaseOf(env).select({ userId: accounts.userId }).from(accounts).where(isIt),
  )
  return row?.userId
}

async function hasSecondFactor({ env }: IssuerContext, userId: string): Promise<boolean> {
  const isOn = and(eq(twoFactors.userId, userId), isNotNull(twoFactors.confirmedAt))
  const rows = await reaching(
    authDatabaseOf(env).select({ userId: twoFactors.userId }).from(twoFactors).where(isOn),
  )
  return rows.length > 0
}

async function adopt(
  ctx: IssuerContext,
  provider: Provider,
  { email, isVerified, name }: Identity,
  login: NewLogin,
  invitation: string | undefined,
): Promise<string> {
  if (!email || !isVerified) throw new FederationRefusal('unverified')
  const person = await findPerson(ctx, { email })
  if (person) {
    // Whoever made it may not own the address: its owner must not land in their account.
    if (!person.isVerified) throw new FederationRefusal('link_first')
    await link(ctx, person, login)
    return person.userId
  }
  if (invitation !== undefined) return join(ctx, invitation, { email, name }, login)
  if (ctx.env.SIGN_UP !== 'open') throw new FederationRefusal('no_account')
  return signUp(ctx, { email, name }, login)
}

async function join(
  ctx: IssuerContext,
  token: string,
  person: { email: string; name: string },
  login: NewLogin,
): Promise<string> {
  try {
    return await joinWithLogin(ctx, token, person, login)
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    if (error.code === 'forbidden') throw new FederationRefusal('other_address', error)
    throw error.code === 'not_found' ? new FederationRefusal('invitation_gone', error) : error
  }
}

/** One transaction: the account, its organization and the record of both. */
async function signUp(
  ctx: IssuerContext,
  { email, name }: { email: string; name: string },
  login: NewLogin,
): Promise<string> {
  const [userId, tenantId] = [newId(ctx.now()), newId(ctx.now())]
  const person = { userId, email, name }
  const db = authDatabaseOf(ctx.env)
  const actor = { type: 'user', userId } as const
  const facts = { provider: login.providerId }
  const linked = { tenantId, actor, resource: { type: 'user', id: userId }, facts }
  const founded = { tenantId, actor, resource: { type: 'tenant', id: tenantId } }
  const made = db.batch([
    ...accountRows(ctx, person, login),
    ...organizationRows(ctx, { ...person, tenantId, organization: name }),
    db.execute(auditEntry(ctx, 'auth.account.link', linked)),
    db.execute(auditEntry(ctx, 'tenant.create', founded)),
  ])
  await reaching(made).catch((error: unknown) => {
    throw isTaken(error) ? new FederationRefusal('stale', error) : error
  })
  return userId
}

/** One statement: the link and its record. Nothing happens where this very link is there already. */
async function link(
  ctx: IssuerContext,
  person: Person,
  { providerId, accountId, label = null }: NewLogin,
  sessionId?: string,
): Promise<void> {
  const { userId, tenantId } = person
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const actor = { type: 'user', userId, ...(sessionId && { sessionId }) } as const
  const resource = { type: 'user', id: userId }
  const details = { ...tenantId, actor, resource, facts: { provider: providerId } }
  const { rowCount } = await reaching(
    authDatabaseOf(ctx.env).execute(sql`
      with linked as (
        insert into auth.accounts (id, account_id, provider_id, user_id, label, created_at, updated_at)
        select ${newId(ctx.now())}, ${accountId}, ${providerId}, ${userId}, ${label}, ${at}, ${at}
        where not exists (
          select from auth.accounts where user_id = ${userId} and provider_id = ${providerId}
        )
        on conflict do nothing returning id
      )
      select ${auditColumn(ctx, 'auth.account.link', details)} from linked`),
  )
  if (rowCount > 0) return notify(ctx, person, 'login_linked')
  const owner = await findLinked(ctx, { providerId, accountId })
  if (owner === userId) return
  throw new FederationRefusal(owner === undefined ? 'linked_already' : 'linked_elsewhere')
}
