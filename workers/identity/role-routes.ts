/** The contract of roles, built-in and a tenant's own, and its edge side (see member-routes.ts). */
import { createRoute } from '@hono/zod-openapi'
import { counted, secured } from '../../shared/guards.ts'
import { createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { type IdentityRoutes, pass } from './identity-client.ts'
import { NewRole, Role, RoleList, RoleParam, RoleUpdate } from './tenant-schemas.ts'

export const listRoles = secured(
  'member.read',
  createRoute({
    method: 'get',
    path: '/api/admin/roles',
    operationId: 'listRoles',
    tags: ['roles'],
    responses: {
      200: json(RoleList, 'Built-in roles, weakest first, then the tenant’s own by name'),
      ...problems('unauthenticated', 'forbidden', 'dependency_down'),
    },
  }),
)

export const createRole = counted(
  'access.change',
  secured(
    'role.manage',
    createRoute({
      method: 'post',
      path: '/api/admin/roles',
      operationId: 'createRole',
      tags: ['roles'],
      description: 'A role of the tenant’s own. It can grant what the caller holds, and no more.',
      request: { body: jsonBody(NewRole) },
      responses: {
        201: json(Role, 'The role'),
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

export const changeRole = counted(
  'access.change',
  secured(
    'role.manage',
    createRoute({
      method: 'patch',
      path: '/api/admin/roles/{name}',
      operationId: 'changeRole',
      tags: ['roles'],
      description: 'Counts for each holder within fifteen seconds.',
      request: { params: RoleParam, body: jsonBody(RoleUpdate) },
      responses: {
        200: json(Role, 'The role as it is now'),
        ...problems(
          'unauthenticated',
          'forbidden',
          'not_found',
          'invalid_fields',
          'dependency_down',
        ),
      },
    }),
  ),
)

export const deleteRole = counted(
  'access.change',
  secured(
    'role.manage',
    createRoute({
      method: 'delete',
      path: '/api/admin/roles/{name}',
      operationId: 'deleteRole',
      tags: ['roles'],
      description:
        'Refused while anybody holds the role or is invited to; give them another first.',
      request: { params: RoleParam },
      responses: {
        204: { description: 'The role is gone' },
        ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'dependency_down'),
      },
    }),
  ),
)

export const roleRoutes = createRouter<IdentityRoutes>()
  .openapi(listRoles, (c) => pass(c))
  .openapi(createRole, (c) => pass(c, c.req.valid('json')))
  .openapi(changeRole, (c) => pass(c, c.req.valid('json')))
  .openapi(deleteRole, (c) => pass(c))
