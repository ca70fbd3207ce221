/**
 * The contract of invitations, and its edge side (see member-routes.ts). Whoever has the link of one
 * may read, accept or decline it; no more than the link proves their right to do so.
 */
import { createRoute } from '@hono/zod-openapi'
import { counted, open, secured } from '../../shared/guards.ts'
import { createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { type IdentityRoutes, pass } from './identity-client.ts'
import { Session } from './schemas.ts'
import {
  Acceptance,
  IdPageQuery,
  IdParam,
  InvitationPage,
  InvitationToken,
  InvitationView,
  NewInvitation,
  SentInvitation,
} from './tenant-schemas.ts'

export const listInvitations = secured(
  'member.read',
  createRoute({
    method: 'get',
    path: '/api/admin/invitations',
    operationId: 'listInvitations',
    tags: ['users'],
    request: { query: IdPageQuery },
    responses: {
      200: json(InvitationPage, 'Invitations that wait for an answer, oldest first'),
      ...problems('unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const invite = counted(
  'access.change',
  secured(
    'member.manage',
    createRoute({
      method: 'post',
      path: '/api/admin/invitations',
      operationId: 'invite',
      tags: ['users'],
      description:
        'Invites an address for seven days. Inviting it again sends a new link and ends the old one. The link is in this answer and nowhere else.',
      request: { body: jsonBody(NewInvitation) },
      responses: {
        201: json(SentInvitation, 'The invitation with its link'),
        ...problems(
          'unauthenticated',
          'forbidden',
          'conflict',
          'invalid_fields',
          'dependency_down',
        ),
      },
    }),
  ),
)

export const resendInvitation = counted(
  'access.change',
  secured(
    'member.manage',
    createRoute({
      method: 'post',
      path: '/api/admin/invitations/{id}/resend',
      operationId: 'resendInvitation',
      tags: ['users'],
      description: 'A new link for seven more days; the old one ends.',
      request: { params: IdParam },
      responses: {
        200: json(SentInvitation, 'The invitation with its new link'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'dependency_down'),
      },
    }),
  ),
)

export const revokeInvitation = counted(
  'access.change',
  secured(
    'member.manage',
    createRoute({
      method: 'delete',
      path: '/api/admin/invitations/{id}',
      operationId: 'revokeInvitation',
      tags: ['users'],
      request: { params: IdParam },
      responses: {
        204: { description: 'Its link leads nowhere any more' },
        ...problems('unauthenticated', 'forbidden', 'not_found', 'dependency_down'),
      },
    }),
  ),
)

export const viewInvitation = open(
  createRoute({
    method: 'post',
    path: '/api/invitations/view',
    operationId: 'viewInvitation',
    tags: ['users'],
    description: 'What the link’s token invites to; a POST, so that the token is in no address.',
    request: { body: jsonBody(InvitationToken) },
    responses: {
      200: json(InvitationView, 'The invitation'),
      ...problems('not_found', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const acceptInvitation = open(
  createRoute({
    method: 'post',
    path: '/api/invitations/accept',
    operationId: 'acceptInvitation',
    tags: ['users'],
    description:
      'Joins the tenant and works in it from here on. An account with the invited address must be signed in (session cookie); without one, `name` and `password` make it.',
    request: { body: jsonBody(Acceptance) },
    responses: {
      200: json(Session, 'The member, signed in to the tenant'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'invalid_fields'),
    },
  }),
)

export const declineInvitation = open(
  createRoute({
    method: 'post',
    path: '/api/invitations/decline',
    operationId: 'declineInvitation',
    tags: ['users'],
    request: { body: jsonBody(InvitationToken) },
    responses: {
      204: { description: 'The invitation is declined' },
      ...problems('not_found', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const invitationRoutes = createRouter<IdentityRoutes>()
  .openapi(listInvitations, (c) => pass(c))
  .openapi(invite, (c) => pass(c, c.req.valid('json')))
  .openapi(resendInvitation, (c) => pass(c))
  .openapi(revokeInvitation, (c) => pass(c))
  .openapi(viewInvitation, (c) => pass(c, c.req.valid('json')))
  .openapi(acceptInvitation, (c) => pass(c, c.req.valid('json')))
  .openapi(declineInvitation, (c) => pass(c, c.req.valid('json')))
