/** The contract of tenants, and its edge side (see member-routes.ts). */
import { createRoute } from '@hono/zod-openapi'
import { counted, secured, signedIn } from '../../shared/guards.ts'
import { createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { type IdentityRoutes, pass } from './identity-client.ts'
import { Session } from './schemas.ts'
import {
  IdPageQuery,
  IdParam,
  Tenant,
  TenantCounts,
  TenantCountsPage,
  TenantList,
  TenantName,
  TenantSwitch,
} from './tenant-schemas.ts'

export const listTenants = signedIn(
  createRoute({
    method: 'get',
    path: '/api/tenants',
    operationId: 'listTenants',
    tags: ['tenants'],
    responses: {
      200: json(TenantList, 'The tenants the caller belongs to, in the order they joined'),
      ...problems('unauthenticated', 'dependency_down'),
    },
  }),
  { acting: true },
)

export const createTenant = counted(
  'access.change',
  signedIn(
    createRoute({
      method: 'post',
      path: '/api/tenants',
      operationId: 'createTenant',
      tags: ['tenants'],
      description: 'A new tenant with the caller as its owner; switch to it to work in it.',
      request: { body: jsonBody(TenantName) },
      responses: {
        201: json(Tenant, 'The tenant'),
        ...problems('unauthenticated', 'conflict', 'invalid_fields', 'dependency_down'),
      },
    }),
  ),
)

export const switchTenant = signedIn(
  createRoute({
    method: 'post',
    path: '/api/auth/switch-tenant',
    operationId: 'switchTenant',
    tags: ['tenants'],
    description: 'Works in another tenant from here on; tokens of before go on for the old one.',
    request: { body: jsonBody(TenantSwitch) },
    responses: {
      200: json(Session, 'The caller in that tenant, with a new access token'),
      ...problems('unauthenticated', 'not_found', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const getTenant = signedIn(
  createRoute({
    method: 'get',
    path: '/api/tenant',
    operationId: 'getTenant',
    tags: ['tenants'],
    responses: {
      200: json(Tenant, 'The tenant the token speaks for'),
      ...problems('unauthenticated', 'dependency_down'),
    },
  }),
  { acting: true },
)

export const renameTenant = counted(
  'access.change',
  secured(
    'tenant.update',
    createRoute({
      method: 'patch',
      path: '/api/tenant',
      operationId: 'renameTenant',
      tags: ['tenants'],
      request: { body: jsonBody(TenantName) },
      responses: {
        200: json(Tenant, 'The tenant as it is now'),
        ...problems('unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'),
      },
    }),
  ),
)

export const leaveTenant = counted(
  'access.change',
  signedIn(
    createRoute({
      method: 'post',
      path: '/api/tenant/leave',
      operationId: 'leaveTenant',
      tags: ['tenants'],
      description: 'Ends the caller’s own membership. The last owner cannot leave.',
      responses: {
        204: { description: 'The caller is no member any more' },
        ...problems('unauthenticated', 'conflict', 'dependency_down'),
      },
    }),
  ),
)

export const requestDeletion = counted(
  'access.change',
  secured(
    'tenant.delete',
    createRoute({
      method: 'post',
      path: '/api/tenant/deletion',
      operationId: 'requestTenantDeletion',
      tags: ['tenants'],
      description:
        'Has everything of the tenant deleted in seven days. Its name has to be typed; until then any owner can take it back.',
      request: { body: jsonBody(TenantName) },
      responses: {
        202: json(Tenant, 'When it will be'),
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

export const cancelDeletion = counted(
  'access.change',
  secured(
    'tenant.delete',
    createRoute({
      method: 'delete',
      path: '/api/tenant/deletion',
      operationId: 'cancelTenantDeletion',
      tags: ['tenants'],
      responses: {
        204: { description: 'The tenant stays' },
        ...problems('unauthenticated', 'forbidden', 'not_found', 'dependency_down'),
      },
    }),
  ),
)

export const countTenants = secured(
  'admin.platform',
  createRoute({
    method: 'get',
    path: '/api/admin/tenants',
    operationId: 'countTenants',
    tags: ['tenants'],
    description: 'All tenants of the deployment: ids and counts, nothing they wrote.',
    request: { query: IdPageQuery },
    responses: {
      200: json(TenantCountsPage, 'Tenants in the order of ids'),
      ...problems('unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const countTenant = secured(
  'admin.platform',
  createRoute({
    method: 'get',
    path: '/api/admin/tenants/{id}',
    operationId: 'countTenant',
    tags: ['tenants'],
    request: { params: IdParam },
    responses: {
      200: json(TenantCounts, 'The tenant in numbers'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'dependency_down'),
    },
  }),
)

export const tenantRoutes = createRouter<IdentityRoutes>()
  .openapi(listTenants, (c) => pass(c))
  .openapi(createTenant, (c) => pass(c, c.req.valid('json')))
  .openapi(switchTenant, (c) => pass(c, c.req.valid('json')))
  .openapi(getTenant, (c) => pass(c))
  .openapi(renameTenant, (c) => pass(c, c.req.valid('json')))
  .openapi(leaveTenant, (c) => pass(c))
  .openapi(requestDeletion, (c) => pass(c, c.req.valid('json')))
  .openapi(cancelDeletion, (c) => pass(c))
  .openapi(countTenants, (c) => pass(c))
  .openapi(countTenant, (c) => pass(c))
