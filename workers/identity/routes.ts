/**
 * The contract of /api/auth, and its edge side: input is checked here, then the identity Worker
 * (workers/identity-app.ts), which mounts the same contract, does the work.
 */
import { createRoute } from '@hono/zod-openapi'
import { open } from '../../shared/guards.ts'
import { createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { accountRoutes } from './account-routes.ts'
import { type IdentityRoutes, pass } from './identity-client.ts'
import { PendingSignIn, Session, Setup, SignIn } from './schemas.ts'
import { sessionRoutes } from './session-routes.ts'
import { twoFactorRoutes } from './two-factor-routes.ts'

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
      'instead, for POST /api/auth/two-factor/verify.',
    request: { body: jsonBody(SignIn) },
    responses: {
      200: json(Session, 'Who is signed in, with an access token of five minutes'),
      202: json(PendingSignIn, 'The password is right; a code is needed as well'),
      ...problems('unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'),
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

export const identityRoutes = createRouter<IdentityRoutes>()
  .openapi(setup, (c) => pass(c, c.req.valid('json')))
  .openapi(signIn, (c) => pass(c, c.req.valid('json')))
  .openapi(getToken, (c) => pass(c))
  .openapi(signOut, (c) => pass(c))
  .route('/', sessionRoutes)
  .route('/', accountRoutes)
  .route('/', twoFactorRoutes)
