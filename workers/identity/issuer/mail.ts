/** Mails this Worker asks for. They leave through the queue; who writes and delivers them is workspace. */
import { newId } from '../../../shared/ids.ts'
import type { MailData, MailMessage, Template } from '../../workspace/schemas.ts'
import type { IssuerContext } from './context.ts'

export type Letter = { [T in Template]: { template: T; data: MailData<T> } }[Template]

export interface Sender extends Pick<
  IssuerContext,
  'requestId' | 'traceparent' | 'now' | 'locale'
> {
  readonly env: Pick<IssuerContext['env'], 'MAIL'>
}

/** @throws whatever the queue throws when it does not take the message */
export async function sendMail(ctx: Sender, to: string, letter: Letter): Promise<void> {
  const { requestId, traceparent, locale } = ctx
  const message: MailMessage = {
    id: newId(ctx.now()),
    to,
    locale,
    requestId,
    traceparent,
    ...letter,
  }
  await ctx.env.MAIL.send(message)
}

/** Pages of the console that links lead to; a token is in the fragment, which no server sees. */
export const linkTo = (
  { env }: { env: Pick<IssuerContext['env'], 'PUBLIC_URL'> },
  page: 'verify-email' | 'reset-password' | 'sign-in' | 'account' | 'invitation' | 'costs',
  token = '',
): string => `${env.PUBLIC_URL}/console/${page}${token && `#token=${token}`}`
