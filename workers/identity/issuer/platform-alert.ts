/** Mails to those who run the platform. */
import { eq } from 'drizzle-orm'
import { reaching } from '../../../shared/database.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { linkTo, sendMail } from './mail.ts'
import { users } from './tables.ts'

export interface BrokenLog {
  tenantId: string
  kind: string
  /** The first entry that is not what was written. */
  seq: number
}

/** @throws whatever the queue throws, so that it is tried again */
export async function alertBrokenLog(
  ctx: IssuerContext,
  { tenantId, kind, seq }: BrokenLog,
): Promise<void> {
  const data = { tenant: tenantId, fault: `${kind}, ${seq}`, url: linkTo(ctx, 'sign-in') }
  await mailAll(ctx, { template: 'audit-alert', data })
}

/** @param provider Its host. @throws whatever the queue throws */
export async function alertRefusedKey(ctx: IssuerContext, provider: string): Promise<void> {
  await mailAll(ctx, {
    template: 'provider-alert',
    data: { provider, url: linkTo(ctx, 'sign-in') },
  })
}

async function mailAll(ctx: IssuerContext, letter: Parameters<typeof sendMail>[2]): Promise<void> {
  const rows = await reaching(
    authDatabaseOf(ctx.env)
      .select({ email: users.email })
      .from(users)
      .where(eq(users.isPlatform, true)),
  )
  for (const { email } of rows) await sendMail(ctx, email, letter)
}
