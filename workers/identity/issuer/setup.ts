/** The first owner, their organization and the first signing key: all of it at once, and once. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { isTaken, reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { newId } from '../../../shared/ids.ts'
import { secret } from '../../../shared/secret.ts'
import { auditEntry } from '../../audit/service.ts'
import type { Setup } from '../schemas.ts'
import { accountRows, organizationRows, passwordLogin } from './account-rows.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { signingKeys } from './key-tables.ts'
import { hashPassword } from './password.ts'
import { createSigningKey } from './signing-keys.ts'
import { setups } from './tables.ts'

/** @throws ProblemError unauthenticated unless `authorization` carries the setup token */
export async function checkSetupToken(
  { env }: IssuerContext,
  authorization: string | undefined,
): Promise<void> {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? ''
  // Hashes, because only texts of one length can be compared in constant time.
  const { current } = await secret(env, 'SETUP_TOKEN')
  if (timingSafeEqual(digest(given), digest(current))) return
  const detail = 'Send the deployment’s SETUP_TOKEN as Authorization: Bearer ….'
  throw new ProblemError('unauthenticated', detail)
}

/** Deployments that have their first owner: that never changes back. */
const settled = new WeakSet<IssuerContext['env']>()

/** Whether the first owner is still to come. Costs a look into the database until they have. */
export async function needsSetup({ env }: Pick<IssuerContext, 'env'>): Promise<boolean> {
  if (settled.has(env)) return false
  const done = await reaching(authDatabaseOf(env).select({ id: setups.id }).from(setups))
  if (done.length > 0) settled.add(env)
  return done.length === 0
}

/**
 * Of several calls one wins, in one transaction: the table `setups` can hold a single row.
 *
 * @throws ProblemError conflict when there is an owner already
 */
export async function createFirstOwner(ctx: IssuerContext, setup: Setup): Promise<void> {
  const db = authDatabaseOf(ctx.env)
  if (!(await needsSetup(ctx))) throw alreadyDone()
  const statements = await firstRows(ctx, setup)
  await reaching(db.batch(statements)).catch((error: unknown) => {
    throw isTaken(error) ? alreadyDone(error) : error
  })
  ctx.metrics.inc('voiceassist_user_registrations_total', {})
}

async function firstRows(ctx: IssuerContext, setup: Setup) {
  const { env, now } = ctx
  const { email, name, organization } = setup
  const db = authDatabaseOf(env)
  const [userId, tenantId] = [newId(now()), newId(now())]
  const pepper = await secret(env, 'PASSWORD_PEPPER')
  const hash = await hashPassword(pepper.current, setup.password)
  return [
    db.insert(setups).values({ tenantId, createdAt: now() }),
    ...accountRows(ctx, { userId, email, name }, passwordLogin(userId, hash)),
    ...organizationRows(ctx, { userId, email, name, tenantId, organization }),
    db.insert(signingKeys).values(await createSigningKey(ctx)),
    db.execute(auditEntry(ctx, 'admin.setup', { tenantId, actor: { type: 'user', userId } })),
  ] as const
}

const digest = (text: string) => createHash('sha256').update(text).digest()

const alreadyDone = (cause?: unknown) =>
  new ProblemError(
    'conflict',
    'This deployment has an owner already. Sign in at POST /api/auth/sign-in/email.',
    { cause },
  )
