/** The contract of /api/auth/sessions: a user's own sessions. Mounted like routes.ts, twice. */
import { createRoute, z } from '@hono/zod-openapi'
import { signedIn } from '../../shared/guards.ts'
import { createRouter, json, problems } from '../../shared/http.ts'
import { type IdentityRoutes, pass } from './identity-client.ts'
import { EndedSessions, SessionList } from './schemas.ts'

const TAGS = ['identity']
const PATH = '/api/auth/sessions'
const params = z.object({ id: z.uuid('must be an id this API gave') })

export const listSessions = signedIn(
  createRoute({
    method: 'get',
    path: PATH,
    operationId: 'listSessions',
    tags: TAGS,
    description: 'The caller’s sessions that can still be used, the last used first.',
    responses: {
      200: json(SessionList, 'The sessions'),
      ...problems('unauthenticated', 'dependency_down'),
    },
  }),
)

export const endSession = signedIn(
  createRoute({
    method: 'delete',
    path: `${PATH}/{id}`,
    operationId: 'endSession',
    tags: TAGS,
    description:
      'Ends a session of the caller’s. Its last access token is refused within 15 seconds, and at ' +
      'once where a permission must be fresh.',
    request: { params },
    responses: {
      204: { description: 'The session has ended' },
      ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const endOtherSessions = signedIn(
  createRoute({
    method: 'post',
    path: `${PATH}/revoke-others`,
    operationId: 'endOtherSessions',
    tags: TAGS,
    description: 'Ends every session of the caller’s but the one that asks.',
    responses: {
      200: json(EndedSessions, 'How many ended'),
      ...problems('unauthenticated', 'forbidden', 'dependency_down'),
    },
  }),
)

export const endAllSessions = signedIn(
  createRoute({
    method: 'post',
    path: `${PATH}/revoke-all`,
    operationId: 'endAllSessions',
    tags: TAGS,
    description: 'Signs the caller out everywhere, also here.',
    responses: {
      200: json(EndedSessions, 'How many ended'),
      ...problems('unauthenticated', 'forbidden', 'dependency_down'),
    },
  }),
)

export const sessionRoutes = createRouter<IdentityRoutes>()
  .openapi(listSessions, (c) => pass(c))
  .openapi(endSession, (c) => pass(c))
  .openapi(endOtherSessions, (c) => pass(c))
  .openapi(endAllSessions, (c) => pass(c))
