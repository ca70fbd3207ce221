/**
 * The contract of a user's own account and of a tenant's members, and its edge side: input and
 * permission are checked here, then the identity Worker, which mounts the same contract, checks
 * against the live session and does the work.
 */
import { createRoute } from '@hono/zod-openapi'
import { counted, secured, signedIn } from '../../shared/guards.ts'
import { createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { type IdentityRoutes, pass } from './identity-client.ts'
import {
  AccountDeletion,
  AccountExport,
  IdParam,
  Member,
  MemberPage,
  MemberQuery,
  Profile,
  ProfileChange,
  RoleChange,
} from './tenant-schemas.ts'

export const getMe = signedIn(
  createRoute({
    method: 'get',
    path: '/api/users/me',
    operationId: 'getMe',
    tags: ['users'],
    description: 'Who is signed in, in which tenants, and what they may do in this one.',
    responses: {
      200: json(Profile, 'The caller'),
      ...problems('unauthenticated', 'dependency_down'),
    },
  }),
  { acting: true },
)

export const changeMe = signedIn(
  createRoute({
    method: 'patch',
    path: '/api/users/me',
    operationId: 'changeMe',
    tags: ['users'],
    description: 'Changes the caller’s name, in every tenant they belong to.',
    request: { body: jsonBody(ProfileChange) },
    responses: {
      200: json(Profile, 'The caller'),
      ...problems('unauthenticated', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const exportMe = signedIn(
  createRoute({
    method: 'get',
    path: '/api/users/me/export',
    operationId: 'exportMe',
    tags: ['users'],
    description: 'Everything kept under the caller’s id (GDPR, article 20).',
    responses: {
      200: json(AccountExport, 'The account'),
      ...problems('unauthenticated', 'dependency_down'),
    },
  }),
)

export const deleteMe = signedIn(
  createRoute({
    method: 'post',
    path: '/api/users/me/deletion',
    operationId: 'deleteMe',
    tags: ['users'],
    description:
      'Deletes the caller’s account at once (GDPR, article 17). The address has to be typed; the only owner of a tenant is refused.',
    request: { body: jsonBody(AccountDeletion) },
    responses: {
      204: { description: 'The account is gone' },
      ...problems('unauthenticated', 'conflict', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const listMembers = secured(
  'member.read',
  createRoute({
    method: 'get',
    path: '/api/admin/users',
    operationId: 'listMembers',
    tags: ['users'],
    request: { query: MemberQuery },
    responses: {
      200: json(MemberPage, 'Members of the tenant, in the order they joined'),
      ...problems('unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const getMember = secured(
  'member.read',
  createRoute({
    method: 'get',
    path: '/api/admin/users/{id}',
    operationId: 'getMember',
    tags: ['users'],
    request: { params: IdParam },
    responses: {
      200: json(Member, 'The member'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'dependency_down'),
    },
  }),
)

export const changeMember = counted(
  'access.change',
  secured(
    'member.manage',
    createRoute({
      method: 'patch',
      path: '/api/admin/users/{id}',
      operationId: 'changeMember',
      tags: ['users'],
      description:
        'Gives a member another role. Nobody grants or takes away what they do not hold themselves, and a tenant keeps an owner.',
      request: { params: IdParam, body: jsonBody(RoleChange) },
      responses: {
        200: json(Member, 'The member as they are now'),
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'invalid_fields'),
      },
    }),
  ),
)

export const removeMember = counted(
  'access.change',
  secured(
    'member.manage',
    createRoute({
      method: 'delete',
      path: '/api/admin/users/{id}',
      operationId: 'removeMember',
      tags: ['users'],
      description: 'Takes a member out of the tenant; their account and other tenants stay.',
      request: { params: IdParam },
      responses: {
        204: { description: 'They are no member any more' },
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'dependency_down'),
      },
    }),
  ),
)

export const memberRoutes = createRouter<IdentityRoutes>()
  .openapi(getMe, (c) => pass(c))
  .openapi(changeMe, (c) => pass(c, c.req.valid('json')))
  .openapi(exportMe, (c) => pass(c))
  .openapi(deleteMe, (c) => pass(c, c.req.valid('json')))
  .openapi(listMembers, (c) => pass(c))
  .openapi(getMember, (c) => pass(c))
  .openapi(changeMember, (c) => pass(c, c.req.valid('json')))
  .openapi(removeMember, (c) => pass(c))
