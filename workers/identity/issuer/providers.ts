/** The providers one can sign in through: those whose client id is set. */
import { ProblemError } from '../../../shared/errors.ts'
import { secret } from '../../../shared/secret.ts'
import type { ProviderId, ProviderList } from '../federation-schemas.ts'
import type { IssuerContext, IssuerEnv } from './context.ts'

export interface Provider {
  id: ProviderId
  /** As its button says. */
  name: string
  /** Issuer identifier; together with the subject it names an account for ever. */
  issuer: string
  clientId: string
  /** Setting that holds the client secret. */
  secretName: string
  /** REST API, where there is no ID token. */
  apiUrl?: string
  /** Whether its own second factor is enough, so that ours is not asked for. */
  isTrusted: boolean
}

export function providersOf(env: IssuerEnv): Provider[] {
  const known: Omit<Provider, 'isTrusted'>[] = [
    {
      id: 'github',
      name: 'GitHub',
      // As GitHub's metadata has it (RFC 8414), which it publishes for this path only.
      issuer: `${env.GITHUB_URL}/login/oauth`,
      clientId: env.GITHUB_CLIENT_ID,
      secretName: 'GITHUB_CLIENT_SECRET',
      apiUrl: env.GITHUB_API_URL,
    },
    {
      id: 'google',
      name: 'Google',
      issuer: env.GOOGLE_ISSUER,
      clientId: env.GOOGLE_CLIENT_ID,
      secretName: 'GOOGLE_CLIENT_SECRET',
    },
    {
      id: 'oidc',
      name: env.OIDC_NAME,
      issuer: env.OIDC_ISSUER,
      clientId: env.OIDC_CLIENT_ID,
      secretName: 'OIDC_CLIENT_SECRET',
    },
  ]
  const trusted = env.TRUSTED_PROVIDERS.split(',')
  return known
    .filter(({ clientId, issuer }) => clientId !== '' && issuer !== '')
    .map((provider) => ({ ...provider, isTrusted: trusted.includes(provider.id) }))
}

export const listProviders = ({ env }: Pick<IssuerContext, 'env'>): ProviderList['items'] =>
  providersOf(env).map(({ id, name }) => ({ id, name }))

/** @throws ProblemError not_found for one that is not configured */
export function providerOf({ env }: Pick<IssuerContext, 'env'>, id: ProviderId): Provider {
  const provider = providersOf(env).find((one) => one.id === id)
  if (provider) return provider
  throw new ProblemError('not_found', 'Nobody can sign in through this provider here.')
}

/** @throws ProblemError misconfigured when there is none */
export const clientSecretOf = async (env: IssuerEnv, { secretName }: Provider): Promise<string> =>
  (await secret(env, secretName)).current

export const redirectUriOf = ({ env }: Pick<IssuerContext, 'env'>, { id }: Provider): string =>
  `${env.PUBLIC_URL}/api/auth/callback/${id}`
