/**
 * Signing in through an account elsewhere: out to the provider, back with its answer. What was begun
 * is a row that is used once and only in the browser it was begun in; the answer of another browser,
 * an old one or a second one finds nothing.
 */
import { createHash, randomBytes } from 'node:crypto'
import { AuthorizationResponseError } from 'oauth4webapi'
import { z } from 'zod'
import { reaching } from '../../../shared/database.ts'
import { type ProblemCode, ProblemError } from '../../../shared/errors.ts'
import { recordAudit } from '../../audit/service.ts'
import type { FederatedSignIn, FederationFailure, ProviderId } from '../federation-schemas.ts'
import { consoleUrl } from '../return-path.ts'
import type { IssuerContext } from './context.ts'
import { authDatabaseOf } from './database.ts'
import { FederationRefusal, linkToCaller, signInWithIdentity } from './federated-account.ts'
import { createToken, takeToken } from './one-time-token.ts'
import { authorizationUrl, identify, type Identity } from './provider-client.ts'
import { type Provider, providerOf } from './providers.ts'
import { findSession } from './session.ts'
import { verifications } from './tables.ts'

/** Says which browser it is, to nobody else. */
export const BROWSER_COOKIE = '__Host-va_federation'

/** What waits for the provider's answer. */
const Begun = z.object({
  provider: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  from: z.string(),
  invitation: z.string().optional(),
  /** The session whose account is to be linked. */
  linking: z.object({ userId: z.string(), sessionId: z.string() }).optional(),
})
type Begun = z.infer<typeof Begun>

type Purpose = Pick<Begun, 'from' | 'invitation' | 'linking'>

/** @param browser The cookie, where the browser has it already: it may sign in in two tabs at once. */
export const beginSignIn = (
  ctx: IssuerContext,
  id: ProviderId,
  { from = '/', invitation }: FederatedSignIn,
  browser: string | undefined,
) => begin(ctx, id, { from, invitation }, browser)

/** @throws ProblemError not_found for a provider that is not offered; dependency_down */
export async function begin(
  ctx: IssuerContext,
  id: ProviderId,
  purpose: Purpose,
  browser = randomBytes(32).toString('base64url'),
): Promise<{ url: string; cookie: string }> {
  const provider = providerOf(ctx, id)
  const [nonce, verifier] = [randomBytes(32), randomBytes(32)].map((it) => it.toString('base64url'))
  const begun = Begun.parse({ provider: id, nonce, verifier, ...purpose })
  const value = JSON.stringify(begun)
  const { token: state, row } = createToken(ctx, 'federation', hashOf(browser), value)
  const url = await authorizationUrl(ctx, provider, { ...begun, state }).catch((cause: unknown) => {
    const detail = `${provider.name} cannot be reached now. Try again, or sign in another way.`
    throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 30 })
  })
  await reaching(authDatabaseOf(ctx.env).insert(verifications).values(row))
  const cookie = `${BROWSER_COOKIE}=${browser}; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax`
  return { url, cookie }
}

interface Answer {
  /** Our own address with what the provider added. */
  url: URL
  headers: Headers
  browser: string | undefined
}

interface Arrival {
  location: string
  cookies: string[]
}

/** Always ends on a page of the console: whoever comes here is a person with a browser. */
export async function finish(ctx: IssuerContext, id: ProviderId, answer: Answer): Promise<Arrival> {
  const state = answer.url.searchParams.get('state') ?? ''
  const value =
    answer.browser && (await takeToken(ctx, state, 'federation', hashOf(answer.browser)))
  const begun = value ? Begun.parse(JSON.parse(value)) : undefined
  try {
    // Each provider has an address of its own here, so one's answer is never taken for another's.
    if (begun?.provider !== id) throw new FederationRefusal('stale')
    const provider = providerOf(ctx, id)
    const identity = await identityOf(ctx, provider, answer, { ...begun, state })
    return await arrive(ctx, provider, identity, begun, answer)
  } catch (error) {
    return refuse(ctx, id, begun, error)
  }
}

async function identityOf(
  ctx: IssuerContext,
  provider: Provider,
  { url }: Answer,
  secrets: Parameters<typeof identify>[3],
): Promise<Identity> {
  try {
    return await identify(ctx, provider, url, secrets)
  } catch (error) {
    const isDenied = error instanceof AuthorizationResponseError && error.error === 'access_denied'
    // The message alone: its cause may hold codes and tokens.
    const reason = error instanceof Error ? error.message : ''
    if (!isDenied) {
      ctx.log.warn('a provider’s answer was refused', { provider: provider.id, reason })
    }
    throw new FederationRefusal(isDenied ? 'cancelled' : 'failed', error)
  }
}

async function arrive(
  ctx: IssuerContext,
  provider: Provider,
  identity: Identity,
  { from, invitation, linking }: Begun,
  { headers }: Answer,
): Promise<Arrival> {
  const { PUBLIC_URL } = ctx.env
  if (linking) {
    const session = await findSession(ctx, headers)
    if (session?.id !== linking.sessionId) throw new FederationRefusal('signed_out')
    await linkToCaller(ctx, provider, identity, linking)
    return { location: consoleUrl(PUBLIC_URL, from), cookies: [] }
  }
  const opened = await signInWithIdentity(ctx, provider, identity, { invitation, headers })
  if ('ticket' in opened) {
    const page = `/sign-in?${new URLSearchParams({ from }).toString()}#ticket=${opened.ticket}`
    return { location: consoleUrl(PUBLIC_URL, page), cookies: [] }
  }
  return { location: consoleUrl(PUBLIC_URL, from), cookies: opened.cookies }
}

function refuse(
  ctx: IssuerContext,
  id: ProviderId,
  begun: Begun | undefined,
  error: unknown,
): Arrival {
  const failure = failureOf(error)
  if (!failure) throw error
  recordAudit(ctx, 'auth.signin.fail', {
    outcome: 'failed',
    reason: `Signing in through another account ended: ${failure}.`,
    facts: { method: id, failure },
    ...(begun?.linking && { resource: { type: 'user', id: begun.linking.userId } }),
  })
  const query = new URLSearchParams({ error: failure, provider: id })
  const page = begun?.linking && failure !== 'signed_out' ? begun.from : '/sign-in'
  if (page === '/sign-in' && begun && begun.from !== '/') query.set('from', begun.from)
  return { location: consoleUrl(ctx.env.PUBLIC_URL, `${page}?${query.toString()}`), cookies: [] }
}

const PROBLEM_FAILURES: Partial<Record<ProblemCode, FederationFailure>> = {
  /** What opening a session says of an account that is banned. */
  forbidden: 'suspended',
  /** Somebody made the account at the same moment. */
  conflict: 'stale',
  not_found: 'failed',
  dependency_down: 'failed',
}

function failureOf(error: unknown): FederationFailure | undefined {
  if (error instanceof FederationRefusal) return error.failure
  if (!(error instanceof ProblemError)) return undefined
  return PROBLEM_FAILURES[error.code]
}

const hashOf = (browser: string) => createHash('sha256').update(browser).digest('hex')
