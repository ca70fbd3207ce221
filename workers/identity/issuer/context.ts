/** What the issuer's functions get first: before a sign-in there is no tenant and no actor yet. */
import type { ServiceContext } from '../../../shared/context.ts'
import type { RedisEnv } from '../../../shared/redis.ts'

export interface IssuerEnv extends RedisEnv {
  readonly LOG_LEVEL: string
  readonly PUBLIC_URL: string
  readonly AUTH_DATABASE_URL: string
  readonly DATABASE_HTTP_URL: string
  readonly AUTH_SECRET: string
  readonly PASSWORD_PEPPER: string
  readonly SETUP_TOKEN: string
}

type Shared = Pick<ServiceContext, 'client' | 'requestId' | 'traceparent' | 'now' | 'defer' | 'log'>

export type IssuerContext = Shared & { readonly env: IssuerEnv }
