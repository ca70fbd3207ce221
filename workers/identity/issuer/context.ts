/** What the issuer's functions get first: before a sign-in there is no tenant and no actor yet. */
import type { ServiceContext } from '../../../shared/context.ts'
import type { MetricsEnv } from '../../../shared/metrics.ts'
import type { RedisEnv } from '../../../shared/redis.ts'
import type { SecretBinding } from '../../../shared/secret.ts'
import type { AuditContext } from '../../audit/service.ts'
import type { Locale, MailMessage } from '../../workspace/schemas.ts'

export interface IssuerEnv extends RedisEnv, MetricsEnv {
  readonly AUDIT_EVENTS: AuditContext['env']['AUDIT_EVENTS']
  readonly LOG_LEVEL: string
  readonly PUBLIC_URL: string
  readonly AUTH_DATABASE_URL: string
  readonly DATABASE_HTTP_URL: string
  readonly AUTH_SECRET: SecretBinding
  readonly PASSWORD_PEPPER: SecretBinding
  readonly SETUP_TOKEN: SecretBinding
  /** closed, invited or open. */
  readonly SIGN_UP: string
  /** Empty for none. */
  readonly BREACHED_PASSWORDS_URL: string
  /** An empty client id means that the provider is not offered; providers.ts. */
  readonly GITHUB_CLIENT_ID: string
  readonly GITHUB_URL: string
  readonly GITHUB_API_URL: string
  readonly GOOGLE_CLIENT_ID: string
  readonly GOOGLE_ISSUER: string
  readonly OIDC_CLIENT_ID: string
  readonly OIDC_ISSUER: string
  readonly OIDC_NAME: string
  /** Names of providers with commas between. */
  readonly TRUSTED_PROVIDERS: string
  /** off or on. */
  readonly OAUTH_PROVIDER: string
  readonly MAIL: { send(message: MailMessage): Promise<unknown> }
}

type Shared = Pick<
  ServiceContext,
  'client' | 'requestId' | 'traceparent' | 'now' | 'defer' | 'log' | 'metrics'
>

export interface IssuerContext extends Shared {
  readonly env: IssuerEnv
  /** Of mails to whoever asks. */
  readonly locale: Locale
  /** The same where the request itself said so: worth remembering for mails of later. */
  readonly askedLocale?: Locale | undefined
}

/** What needs no request: keys and tokens are the same whoever asks. */
export type IssuerCore = Pick<IssuerContext, 'env' | 'now'>
