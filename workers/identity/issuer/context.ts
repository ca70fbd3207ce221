/** What the issuer's functions get first: before a sign-in there is no tenant and no actor yet. */
import type { ServiceContext } from '../../../shared/context.ts'
import type { AuditContext } from '../../audit/service.ts'

export interface IssuerEnv {
  readonly AUDIT_EVENTS: AuditContext['env']['AUDIT_EVENTS']
  readonly LOG_LEVEL: string
  readonly PUBLIC_URL: string
  readonly AUTH_DATABASE_URL: string
  readonly DATABASE_HTTP_URL: string
  readonly AUTH_SECRET: string
  readonly PASSWORD_PEPPER: string
  readonly SETUP_TOKEN: string
}

export interface IssuerContext extends Pick<
  ServiceContext,
  'now' | 'log' | 'defer' | 'requestId' | 'traceparent' | 'client'
> {
  readonly env: IssuerEnv
}
