/** What the issuer's functions get first: before a sign-in there is no tenant and no actor yet. */
import type { ServiceContext } from '../../../shared/context.ts'
import type { RedisEnv } from '../../../shared/redis.ts'
import type { Locale, MailMessage } from '../../workspace/schemas.ts'

export interface IssuerEnv extends RedisEnv {
  readonly LOG_LEVEL: string
  readonly PUBLIC_URL: string
  readonly AUTH_DATABASE_URL: string
  readonly DATABASE_HTTP_URL: string
  readonly AUTH_SECRET: string
  readonly PASSWORD_PEPPER: string
  readonly SETUP_TOKEN: string
  /** closed, invited or open. */
  readonly SIGN_UP: string
  /** Empty for none. */
  readonly BREACHED_PASSWORDS_URL: string
  readonly MAIL: { send(message: MailMessage): Promise<unknown> }
}

type Shared = Pick<ServiceContext, 'client' | 'requestId' | 'traceparent' | 'now' | 'defer' | 'log'>

export interface IssuerContext extends Shared {
  readonly env: IssuerEnv
  /** Of mails to whoever asks. */
  readonly locale: Locale
}
