/** E-mail addresses: proven by a link, changed only with the password, a code where
 * there is a second factor, and the new address's proof. */
import { sql } from 'drizzle-orm'
import { isTaken, reaching } from '../../../shared/database.ts'
import { ProblemError } from '../../../shared/errors.ts'
import { auditColumn } from '../../audit/service.ts'
import type { ChangeEmail } from '../schemas.ts'
import type { CallerContext } from './caller.ts'
import type { IssuerContext } from './context.ts'
import { proveCredential } from './credential.ts'
import { authDatabaseOf } from './database.ts'
import { linkTo, sendMail } from './mail.ts'
import { notify } from './notice.ts'
import { createToken, findToken, isTooSoon, type OneTimeToken } from './one-time-token.ts'
import { findPerson, type Person } from './person.ts'
import { staleLink } from './recovery.ts'
import { ownOf } from './session-list.ts'
import { finishSignUp } from './sign-up.ts'
import { verifications } from './tables.ts'
import { spendFactor } from './two-factor.ts'

/**
 * Does what the link was sent for.
 *
 * @throws ProblemError invalid_fields when it was used or is too old; conflict when the address was
 *   taken meanwhile
 */
export async function verifyEmail(ctx: IssuerContext, token: string): Promise<void> {
  const link = await findToken(ctx, token, 'sign-up', 'verify-email', 'change-email')
  if (!link) throw staleLink()
  if (link.purpose === 'sign-up') return finishSignUp(ctx, link)
  const person = await findPerson(ctx, { userId: link.subject })
  if (!person) throw staleLink()
  await take(ctx, link, person)
}

/** Sends a link to the caller's own address, unless it is proven. */
export async function requestVerification(ctx: CallerContext): Promise<void> {
  const { userId } = ownOf(ctx)
  const person = await findPerson(ctx, { userId })
  if (!person || person.isVerified || (await isTooSoon(ctx, 'verify-email', userId))) return
  const { token, row } = createToken(ctx, 'verify-email', userId, person.email)
  await reaching(authDatabaseOf(ctx.env).insert(verifications).values(row))
  const data = { url: linkTo(ctx, 'verify-email', token), name: person.name }
  await sendMail(ctx, person.email, { template: 'verify-email', data })
}

/**
 * Sends a link to the new address; nothing changes before it is used. The answer is the same when
 * the address is somebody else's: then that one gets no mail.
 *
 * @throws ProblemError forbidden when the password is wrong; invalid_fields when a code is missing; as
 *   `proveFactor` when it is wrong
 */
export async function requestEmailChange(
  ctx: CallerContext,
  { newEmail, password, code }: ChangeEmail,
): Promise<void> {
  const { userId, name, hasSecondFactor } = await proveCredential(ctx, password)
  if (hasSecondFactor) {
    if (code === undefined) throw codeNeeded()
    await spendFactor(ctx, userId, code)
  }
  const other = await findPerson(ctx, { email: newEmail })
  if (other || (await isTooSoon(ctx, 'change-email', userId))) return
  const { token, row } = createToken(ctx, 'change-email', userId, newEmail)
  await reaching(authDatabaseOf(ctx.env).insert(verifications).values(row))
  const data = { url: linkTo(ctx, 'verify-email', token), name }
  await sendMail(ctx, newEmail, { template: 'verify-email', data })
}

/** One statement: the link's end, the address everywhere it stands, and the record; or nothing. */
async function take(ctx: IssuerContext, link: OneTimeToken, person: Person): Promise<void> {
  const { userId, name, tenantId } = person
  const isChange = link.purpose === 'change-email'
  const event = isChange ? 'auth.email.change' : 'auth.email.verify'
  const actor = { type: 'user', userId } as const
  const details = { ...tenantId, actor, resource: { type: 'user', id: userId } }
  const at = sql`${ctx.now().toISOString()}::timestamptz`
  const statement = sql`
    with used as (
      delete from auth.verifications where id = ${link.id} and expires_at > ${at} returning id
    ), changed as (
      update auth.users u set email = ${link.value}, email_verified = true, updated_at = ${at}
      from used where u.id = ${userId} returning u.id
    ), resets as (
      delete from auth.verifications v using changed
      where ${isChange} and v.identifier = 'reset-password:' || changed.id
    )
    select auth.set_profile(changed.id, ${link.value}, ${name}),
      ${auditColumn(ctx, event, details)} from changed`
  const { rowCount } = await reaching(authDatabaseOf(ctx.env).execute(statement)).catch(
    (error: unknown) => {
      throw isTaken(error) ? taken(error) : error
    },
  )
  if (rowCount === 0) throw staleLink()
  if (isChange) notify(ctx, person, 'email')
}

function codeNeeded() {
  const detail = 'is needed as well, for the account has a second factor'
  const errors = [{ in: 'json', pointer: '/code', detail }]
  return new ProblemError('invalid_fields', 'Correct the fields named in errors.', { errors })
}

const taken = (cause: unknown) =>
  new ProblemError('conflict', 'This address belongs to another account by now.', { cause })
