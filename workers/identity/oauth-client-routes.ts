/**
 * The contract of /api/admin/oauth-clients, and its edge side (see api-key-routes.ts). Where the
 * provider is off, the identity Worker answers 404.
 */
import { createRoute, z } from '@hono/zod-openapi'
import { counted, secured } from '../../shared/guards.ts'
import { type AppEnv, createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import type { LimitContext, meter } from '../limits/service.ts'
import { type IdentityBinding, pass } from './identity-client.ts'
import {
  NewOAuthClient,
  OAuthClientId,
  OAuthClientPage,
  OAuthClientPageQuery,
  OAuthClientSecret,
  OAuthRotation,
} from './oauth-client-schemas.ts'

const BASE = '/api/admin/oauth-clients'
const TAGS = ['oauth']
const params = z.object({ id: OAuthClientId })
const refusals = [
  'unauthenticated',
  'forbidden',
  'not_found',
  'invalid_fields',
  'dependency_down',
] as const

export const listClients = secured(
  'key.manage',
  createRoute({
    method: 'get',
    path: BASE,
    operationId: 'listOAuthClients',
    tags: TAGS,
    request: { query: OAuthClientPageQuery },
    responses: { 200: json(OAuthClientPage, 'One page, newest first'), ...problems(...refusals) },
  }),
)

export const createClient = secured(
  'key.manage',
  createRoute({
    method: 'post',
    path: BASE,
    operationId: 'createOAuthClient',
    'x-rate-limit': 'key.create',
    tags: TAGS,
    description: 'Registers an application. The answer is the only place that shows its secret.',
    request: { body: jsonBody(NewOAuthClient) },
    responses: {
      201: json(OAuthClientSecret, 'The application'),
      ...problems(...refusals, 'rate_limited'),
    },
  }),
)

export const rotateClient = secured(
  'key.manage',
  createRoute({
    method: 'post',
    path: `${BASE}/{id}/rotate`,
    operationId: 'rotateOAuthClient',
    'x-rate-limit': 'key.create',
    tags: TAGS,
    description: 'A new secret under the same id; the one so far stays valid for the overlap.',
    request: { params, body: jsonBody(OAuthRotation) },
    responses: {
      200: json(OAuthClientSecret, 'The application with its new secret'),
      ...problems(...refusals, 'rate_limited', 'conflict'),
    },
  }),
)

export const revokeClient = counted(
  'access.change',
  secured(
    'key.manage',
    createRoute({
      method: 'delete',
      path: `${BASE}/{id}`,
      operationId: 'revokeOAuthClient',
      tags: TAGS,
      description:
        'Ends the application and every authorization it has. The edge refuses its tokens within ' +
        '15 seconds.',
      request: { params },
      responses: { 204: { description: 'It is revoked' }, ...problems(...refusals) },
    }),
  ),
)

interface OAuthClientRoutes extends AppEnv<LimitContext> {
  Bindings: IdentityBinding
}

/** @param count Handed in, so that this file does not bring the limiter into the identity Worker. */
export const createOAuthClientRoutes = (count: typeof meter) =>
  createRouter<OAuthClientRoutes>()
    .openapi(listClients, (c) => pass(c))
    .openapi(createClient, async (c) => {
      await count(c, 'key.create')
      return pass(c, c.req.valid('json'))
    })
    .openapi(rotateClient, async (c) => {
      await count(c, 'key.create')
      return pass(c, c.req.valid('json'))
    })
    .openapi(revokeClient, (c) => pass(c))
