/**
 * The contract of the OAuth 2.1 and OpenID Connect provider, and its edge side. Everything is done
 * by the identity Worker (workers/identity-worker/oauth.ts), which answers 404 where the provider is off.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import { allowPages } from '../../shared/cors.ts'
import { open, signedIn } from '../../shared/guards.ts'
import { createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { type IdentityRoutes, pass } from './identity-client.ts'
import { OAuthClientId } from './oauth-client-schemas.ts'
import {
  AuthorizationRequest,
  ConsentAnswer,
  ConsentDecision,
  ConsentList,
  ConsentQuestion,
  JsonWebKeySet,
  OAuthFailure,
  RevocationRequest,
  ServerMetadata,
  TokenRequest,
  TokenResponse,
  UserInfo,
} from './oauth-schemas.ts'

const TAGS = ['oauth']

const form = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true,
  content: { 'application/x-www-form-urlencoded': { schema } },
})

const document = (path: string, operationId: string) =>
  open(
    createRoute({
      method: 'get',
      path,
      operationId,
      tags: TAGS,
      responses: {
        200: json(ServerMetadata, 'What the provider offers (RFC 8414, OpenID Connect Discovery)'),
        ...problems('not_found', 'dependency_down'),
      },
    }),
  )

export const serverMetadata = document(
  '/.well-known/oauth-authorization-server',
  'getAuthorizationServerMetadata',
)
export const openIdMetadata = document(
  '/.well-known/openid-configuration',
  'getOpenIdConfiguration',
)

export const keys = open(
  createRoute({
    method: 'get',
    path: '/.well-known/jwks.json',
    operationId: 'getJwks',
    tags: TAGS,
    responses: {
      200: json(JsonWebKeySet, 'The public keys every token can be checked with (RFC 7517)'),
      ...problems('not_found', 'dependency_down'),
    },
  }),
)

export const authorize = open(
  createRoute({
    method: 'get',
    path: '/oauth/authorize',
    operationId: 'authorize',
    tags: TAGS,
    description:
      'Where an application sends the browser: a code with PKCE S256, or a question at ' +
      '/console/consent first.',
    request: { query: AuthorizationRequest },
    responses: {
      302: { description: 'To the application, or to the console' },
      ...problems('not_found', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const token = open(
  createRoute({
    method: 'post',
    path: '/oauth/token',
    operationId: 'getToken',
    tags: TAGS,
    description: 'authorization_code, refresh_token and client_credentials; errors by RFC 6749.',
    request: { body: form(TokenRequest) },
    responses: {
      200: json(TokenResponse, 'An access token of five minutes'),
      400: json(OAuthFailure, 'Why there is none'),
      401: json(OAuthFailure, 'The client did not prove who it is'),
      404: json(OAuthFailure, 'The provider is off'),
    },
  }),
)

export const revoke = open(
  createRoute({
    method: 'post',
    path: '/oauth/revoke',
    operationId: 'revokeToken',
    tags: TAGS,
    description: 'RFC 7009: the authorization behind the token ends, whatever token it is.',
    request: { body: form(RevocationRequest) },
    responses: {
      200: { description: 'It is not good any more, if it ever was' },
      400: json(OAuthFailure, 'The request cannot be read'),
      401: json(OAuthFailure, 'The client did not prove who it is'),
      404: json(OAuthFailure, 'The provider is off'),
    },
  }),
)

const userInfoRoute = (method: 'get' | 'post', operationId: string) =>
  open(
    createRoute({
      method,
      path: '/oauth/userinfo',
      operationId,
      tags: TAGS,
      description: 'Needs an access token with the scope openid.',
      responses: {
        200: json(UserInfo, 'Who signed in, as far as the scopes tell'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'dependency_down'),
      },
    }),
  )
export const getUserInfo = userInfoRoute('get', 'getUserInfo')
/** OpenID Connect Core 1.0, section 5.3, asks for both. */
export const postUserInfo = userInfoRoute('post', 'postUserInfo')

const CONSENT = '/api/auth/oauth/authorization'
const CONSENTS = '/api/auth/oauth/consents'
const refusals = ['unauthenticated', 'forbidden', 'not_found', 'invalid_fields'] as const

export const viewConsent = signedIn(
  createRoute({
    method: 'get',
    path: CONSENT,
    operationId: 'viewAuthorization',
    tags: TAGS,
    description: 'What an authorization request asks the user, for the page that asks.',
    request: { query: AuthorizationRequest },
    responses: {
      200: json(ConsentQuestion, 'What is asked'),
      ...problems(...refusals, 'dependency_down'),
    },
  }),
)

export const decideConsent = signedIn(
  createRoute({
    method: 'post',
    path: CONSENT,
    operationId: 'decideAuthorization',
    tags: TAGS,
    request: { body: jsonBody(ConsentDecision) },
    responses: {
      200: json(ConsentAnswer, 'Where the browser goes now'),
      ...problems(...refusals, 'dependency_down'),
    },
  }),
)

export const listConsents = signedIn(
  createRoute({
    method: 'get',
    path: CONSENTS,
    operationId: 'listConsents',
    tags: TAGS,
    description: 'Applications the caller let in, in whatever tenant.',
    responses: {
      200: json(ConsentList, 'The applications'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'dependency_down'),
    },
  }),
)

export const withdrawConsent = signedIn(
  createRoute({
    method: 'delete',
    path: `${CONSENTS}/{id}`,
    operationId: 'withdrawConsent',
    tags: TAGS,
    description: 'Shuts an application out, by its id. Its tokens are refused within 15 seconds.',
    request: { params: z.object({ id: OAuthClientId }) },
    responses: {
      204: { description: 'It is out' },
      ...problems(...refusals, 'dependency_down'),
    },
  }),
)

/** All but the page a browser goes to with its cookie: here callers bring their own credential. */
const allowApplications = createMiddleware((c, next) =>
  c.req.path === '/oauth/authorize' ? next() : allowPages(c, next),
)

const encoded = (fields: Record<string, string | undefined>): string => {
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  )
  return new URLSearchParams(given).toString()
}

const router = createRouter<IdentityRoutes>()
router.use('/oauth/*', allowApplications)
router.use('/.well-known/*', allowPages)

export const oauthRoutes = router
  .openapi(serverMetadata, (c) => pass(c))
  .openapi(openIdMetadata, (c) => pass(c))
  .openapi(keys, (c) => pass(c))
  .openapi(authorize, (c) => pass(c))
  .openapi(token, (c) => pass(c, encoded(c.req.valid('form'))))
  .openapi(revoke, (c) => pass(c, encoded(c.req.valid('form'))))
  .openapi(getUserInfo, (c) => pass(c))
  .openapi(postUserInfo, (c) => pass(c))
  .openapi(viewConsent, (c) => pass(c))
  .openapi(decideConsent, (c) => pass(c, c.req.valid('json')))
  .openapi(listConsents, (c) => pass(c))
  .openapi(withdrawConsent, (c) => pass(c))
