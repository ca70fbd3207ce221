/** The contract of signing in through accounts elsewhere, and of linking them. Mounted like routes.ts. */
import { createRoute, z } from '@hono/zod-openapi'
import { open, signedIn } from '../../shared/guards.ts'
import { createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import {
  Departure,
  FederatedSignIn,
  LinkedAccountList,
  ProviderId,
  ProviderList,
} from './federation-schemas.ts'
import { type IdentityRoutes, pass } from './identity-client.ts'
import { FreshProof } from './passkey-schemas.ts'

const TAGS = ['identity']
const LINKED = '/api/auth/linked-accounts'
const params = z.object({ provider: ProviderId })

export const listProviders = open(
  createRoute({
    method: 'get',
    path: '/api/auth/providers',
    operationId: 'listProviders',
    tags: TAGS,
    description: 'Those this deployment is configured for; a password or passkey is always good.',
    responses: {
      200: json(ProviderList, 'The providers, and whether anybody can sign in at all'),
      ...problems('dependency_down'),
    },
  }),
)

export const beginFederatedSignIn = open(
  createRoute({
    method: 'post',
    path: '/api/auth/sign-in/provider/{provider}',
    operationId: 'beginFederatedSignIn',
    tags: TAGS,
    description:
      'Sets the cookie `__Host-va_federation`, so that the sign-in ends in the browser it began in. ' +
      'It can be ended once, for ten minutes.',
    request: { params, body: jsonBody(FederatedSignIn) },
    responses: {
      200: json(Departure, 'Where to send the browser'),
      ...problems('forbidden', 'not_found', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const finishFederation = open(
  createRoute({
    method: 'get',
    path: '/api/auth/callback/{provider}',
    operationId: 'finishFederation',
    tags: TAGS,
    description:
      'The redirect URI to register at the provider. Leads to the console: to the page asked for, or ' +
      'back to where it began with `?error=`. An account with a second factor arrives at the sign-in ' +
      'page with `#ticket=`.',
    request: { params },
    responses: {
      303: { description: 'To the console' },
      ...problems('invalid_fields', 'dependency_down'),
    },
  }),
)

export const listLinkedAccounts = signedIn(
  createRoute({
    method: 'get',
    path: LINKED,
    operationId: 'listLinkedAccounts',
    tags: TAGS,
    responses: {
      200: json(LinkedAccountList, 'Accounts elsewhere that open the caller’s'),
      ...problems('unauthenticated', 'dependency_down'),
    },
  }),
)

export const beginLinking = signedIn(
  createRoute({
    method: 'post',
    path: `${LINKED}/{provider}`,
    operationId: 'beginLinking',
    tags: TAGS,
    description: 'Needs the password, unless the caller signed in within the last ten minutes.',
    request: { params, body: jsonBody(FreshProof) },
    responses: {
      200: json(Departure, 'Where to send the browser'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const unlinkAccount = signedIn(
  createRoute({
    method: 'post',
    path: `${LINKED}/{provider}/remove`,
    operationId: 'unlinkAccount',
    tags: TAGS,
    description:
      'Not the last way to sign in. Needs the password, unless the caller signed in within the last ' +
      'ten minutes.',
    request: { params, body: jsonBody(FreshProof) },
    responses: {
      204: { description: 'It opens nothing any more' },
      ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'invalid_fields'),
      ...problems('dependency_down'),
    },
  }),
)

export const federationRoutes = createRouter<IdentityRoutes>()
  .openapi(listProviders, (c) => pass(c))
  .openapi(beginFederatedSignIn, (c) => pass(c, c.req.valid('json')))
  .openapi(finishFederation, (c) => pass(c))
  .openapi(listLinkedAccounts, (c) => pass(c))
  .openapi(beginLinking, (c) => pass(c, c.req.valid('json')))
  .openapi(unlinkAccount, (c) => pass(c, c.req.valid('json')))
