/**
 * The contract of /api/auth, and its edge side: input is checked here, then the identity Worker
 * (workers/identity-worker/app.ts), which mounts the same contract, does the work.
 */
import { createRoute } from '@hono/zod-openapi'
import { open } from '../../shared/guards.ts'
import { createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { type MetricsEnv, metricsOf } from '../../shared/metrics.ts'
import { clientOf } from '../audit/service.ts'
import type { beginSignIn, meterAddress, SignInContext } from '../limits/service.ts'
import { createAccountRoutes } from './account-routes.ts'
import { federationRoutes } from './federation-routes.ts'
import { askIdentity, type IdentityRoutes, pass, passed } from './identity-client.ts'
import { passkeyRoutes } from './passkey-routes.ts'
import { PendingSignIn, Session, Setup, SignIn } from './schemas.ts'
import { sessionRoutes } from './session-routes.ts'
import { twoFactorRoutes } from './two-factor-routes.ts'

interface SignInRoutes extends IdentityRoutes {
  Bindings: IdentityRoutes['Bindings'] & SignInContext['env'] & MetricsEnv
}

export const setup = open(
  createRoute({
    method: 'post',
    path: '/api/auth/setup',
    operationId: 'setUp',
    tags: ['identity'],
    description: 'Creates the first owner and organization, once. Needs `Bearer <SETUP_TOKEN>`.',
    request: { body: jsonBody(Setup) },
    responses: {
      201: json(Session, 'The owner, signed in'),
      ...problems('unauthenticated', 'forbidden', 'conflict', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const signIn = open(
  createRoute({
    method: 'post',
    path: '/api/auth/sign-in/email',
    operationId: 'signInWithEmail',
    tags: ['identity'],
    description:
      'Sets the session cookie `__Host-va_session`. An account with a second factor gets a ticket ' +
      'instead, for POST /api/auth/two-factor/verify. Slows down after ten attempts; see Retry-After.',
    request: { body: jsonBody(SignIn) },
    responses: {
      200: json(Session, 'Who is signed in, with an access token of five minutes'),
      202: json(PendingSignIn, 'The password is right; a code is needed as well'),
      ...problems('unauthenticated', 'forbidden', 'invalid_fields', 'rate_limited'),
      ...problems('dependency_down'),
    },
  }),
)

export const getToken = open(
  createRoute({
    method: 'get',
    path: '/api/auth/token',
    operationId: 'getAccessToken',
    tags: ['identity'],
    description: 'Trades the session cookie for a fresh access token.',
    responses: {
      200: json(Session, 'Who is signed in, with an access token of five minutes'),
      ...problems('unauthenticated', 'forbidden', 'dependency_down'),
    },
  }),
)

export const signOut = open(
  createRoute({
    method: 'post',
    path: '/api/auth/sign-out',
    operationId: 'signOut',
    tags: ['identity'],
    description: 'Ends the session. Its last access token is refused within 15 seconds.',
    responses: {
      204: { description: 'No session is left' },
      ...problems('forbidden', 'dependency_down'),
    },
  }),
)

/**
 * Made by the edge's app: the identity Worker takes the contract alone, and its bundle nothing else.
 *
 * @param begin Handed in like `meter`, so that this file does not bring the limiter into that bundle.
 */
export const createIdentityRoutes = (begin: typeof beginSignIn, meter: typeof meterAddress) =>
  createRouter<SignInRoutes>()
    .openapi(setup, (c) => pass(c, c.req.valid('json')))
    .openapi(signIn, async (c) => {
      const { turnstileToken, ...credentials } = c.req.valid('json')
      const { log } = c.var
      const { headers } = c.req.raw
      const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work)
      const effects = { log, metrics: metricsOf(c.env), now: () => new Date(), waitUntil }
      const ctx = { env: c.env, ...effects, client: clientOf(headers) }
      const given = { email: credentials.email, turnstileToken }
      const settle = await begin(ctx, given, headers)
      let status = 500
      try {
        const answer = await askIdentity(c.env, c.req.raw, credentials, c.var)
        status = answer.status
        return passed(c, answer)
      } finally {
        waitUntil(settle(status))
      }
    })
    .openapi(getToken, (c) => pass(c))
    .openapi(signOut, (c) => pass(c))
    .route('/', sessionRoutes)
    .route('/', createAccountRoutes(meter))
    .route('/', twoFactorRoutes)
    .route('/', passkeyRoutes)
    .route('/', federationRoutes)
