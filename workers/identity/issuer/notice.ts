/** Tells the owner of an account what was changed, should it not have been them (OWASP ASVS 5.0, 6.3.7). */
import type { MailData } from '../../workspace/schemas.ts'
import type { IssuerContext } from './context.ts'
import { linkTo, sendMail } from './mail.ts'

/** Nobody waits for it. @param to.email the old one, when that is what changed */
export function notify(
  ctx: IssuerContext,
  { email, name }: { email: string; name: string },
  change: MailData<'security-notice'>['change'],
): void {
  const data = { change, name, url: linkTo(ctx, 'account'), at: ctx.now().toISOString() }
  ctx.defer(sendMail(ctx, email, { template: 'security-notice', data }))
}
