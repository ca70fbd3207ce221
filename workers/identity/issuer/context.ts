/** What the issuer's functions get first: before a sign-in there is no tenant and no actor yet. */
import type { ServiceContext } from '../../../shared/context.ts'
import type { SecretBinding } from '../../../shared/secret.ts'
import type { AuditContext } from '../../audit/service.ts'

export interface IssuerEnv {
  readonly AUDIT_EVENTS: AuditContext['env']['AUDIT_EVENTS']
  readonly LOG_LEVEL: string
  readonly PUBLIC_URL: string
  readonly AUTH_DATABASE_URL: string
  readonly DATABASE_HTTP_URL: string
  readonly AUTH_SECRET: SecretBinding
  readonly PASSWORD_PEPPER: SecretBinding
  readonly SETUP_TOKEN: SecretBinding
}

export type IssuerContext = Pick<ServiceContext, 'now' | 'log'> & { readonly env: IssuerEnv }

/** A request's, which has an origin to record and work that may outlive it. */
export type RequestContext = IssuerContext &
  Pick<ServiceContext, 'defer' | 'requestId' | 'traceparent' | 'client'>
