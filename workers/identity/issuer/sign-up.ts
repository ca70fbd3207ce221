/**
 * Signing up by oneself, where the deployment is open to it. Until the link in the mail is used
 * there is no account, so nobody can make one for an address that is not theirs, and what is made
 * then is made whole. Invitations are another way in.
 */
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { isTaken, reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { newId } from '../../../shared/ids.ts'
import { secret } from '../../../shared/secret.ts'
import { auditEntry } from '../../audit/service.ts'
import type { SignUp } from '../schemas.ts'
import { accountRows, organizationRows, passwordLogin } from './account-rows.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { linkTo, sendMail } from './mail.ts'
import { createToken, isTooSoon, type OneTimeToken } from './one-time-token.ts'
import { checkNewPassword } from './password-policy.ts'
import { hashPassword } from './password.ts'
import { findPerson } from './person.ts'
import { staleLink } from './recovery.ts'
import { verifications } from './tables.ts'

/** What waits for the proof of the address. */
const Waiting = z.object({ name: z.string(), organization: z.string(), hash: z.string() })
type Waiting = z.infer<typeof Waiting>

/**
 * Answers alike, and after the same work, whether the address has an account or not: the difference
 * is in the mail, which its owner alone reads.
 *
 * @throws ProblemError forbidden where people are invited; invalid_fields for a password too easy to
 *   guess
 */
export async function signUp(ctx: IssuerContext, form: SignUp): Promise<void> {
  if (ctx.env.SIGN_UP !== 'open') {
    throw new ProblemError('forbidden', 'Accounts are by invitation here; ask for one.')
  }
  const { email, name, password, organization = name } = form
  await checkNewPassword(ctx, password, { email, name }, '/password')
  const pepper = await secret(ctx.env, 'PASSWORD_PEPPER')
  const hash = await hashPassword(pepper.current, password)
  const person = await findPerson(ctx, { email })
  if (person) ctx.defer(mailOwner(ctx, person))
  else ctx.defer(mailLink(ctx, email, { name, organization, hash }))
}

async function mailOwner(
  ctx: IssuerContext,
  { userId, email, name }: { userId: string; email: string; name: string },
) {
  if (await isTooSoon(ctx, 'sign-up', userId)) return
  // Nobody gets this token; it remembers when the mail was sent.
  const { row } = createToken(ctx, 'sign-up', userId)
  await reaching(authDatabaseOf(ctx.env).insert(verifications).values(row))
  const url = linkTo(ctx, 'sign-in')
  await sendMail(ctx, email, { template: 'account-exists', data: { url, name } })
}

async function mailLink(ctx: IssuerContext, email: string, waiting: Waiting): Promise<void> {
  if (await isTooSoon(ctx, 'sign-up', email)) return
  const { token, row } = createToken(ctx, 'sign-up', email, JSON.stringify(waiting))
  await reaching(authDatabaseOf(ctx.env).insert(verifications).values(row))
  const data = { url: linkTo(ctx, 'verify-email', token), name: waiting.name }
  await sendMail(ctx, email, { template: 'verify-email', data })
}

/**
 * Makes the account and its organization, in one transaction. Of several with one link one wins:
 * an address can be taken once.
 *
 * @throws ProblemError invalid_fields when the link does not work any more
 */
export async function finishSignUp(ctx: IssuerContext, link: OneTimeToken): Promise<void> {
  if (ctx.env.SIGN_UP !== 'open' || !link.value) throw staleLink()
  const { name, organization, hash } = Waiting.parse(JSON.parse(link.value))
  const [userId, tenantId] = [newId(ctx.now()), newId(ctx.now())]
  const person = { userId, email: link.subject, name }
  const db = authDatabaseOf(ctx.env)
  const actor = { type: 'user', userId } as const
  const details = { tenantId, actor, resource: { type: 'user', id: userId } }
  const made = db.batch([
    ...accountRows(ctx, person, passwordLogin(userId, hash)),
    ...organizationRows(ctx, { ...person, tenantId, organization }),
    db.delete(verifications).where(eq(verifications.identifier, `sign-up:${link.subject}`)),
    db.execute(auditEntry(ctx, 'auth.email.verify', details)),
    db.execute(
      auditEntry(ctx, 'tenant.create', { ...details, resource: { type: 'tenant', id: tenantId } }),
    ),
  ])
  await reaching(made).catch((error: unknown) => {
    throw isTaken(error) ? staleLink() : error
  })
  ctx.metrics.inc('voiceassist_user_registrations_total', {})
}
