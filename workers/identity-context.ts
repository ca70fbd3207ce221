/** The identity Worker's context builder: settings checked once, bindings brought along. */
import { checkSettings } from '../shared/config.ts'
import { createLog, type Log } from '../shared/log.ts'
import { Settings } from '../shared/settings.ts'
import type { IssuerContext } from './identity/issuer/context.ts'

const IdentitySettings = Settings.pick({
  ENVIRONMENT: true,
  LOG_LEVEL: true,
  PUBLIC_URL: true,
  DATABASE_HTTP_URL: true,
  AUTH_DATABASE_URL: true,
  AUTH_SECRET: true,
  AUTH_SECRET_PREVIOUS: true,
  PASSWORD_PEPPER: true,
  PASSWORD_PEPPER_PREVIOUS: true,
  SETUP_TOKEN: true,
})

export const identityLog = ({ LOG_LEVEL: level }: IdentityEnv): Log =>
  createLog({ level }, { worker: 'identity' })

/** @throws ProblemError misconfigured when the Worker is not configured as it must be. */
export function identityContext(env: IdentityEnv, log: Log): IssuerContext {
  checkSettings(IdentitySettings, env)
  return { env, log, now: () => new Date() }
}
