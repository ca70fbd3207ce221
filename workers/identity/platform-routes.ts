/** The contract of running the platform: accounts, bans, acting as somebody else; and its edge side. */
import { createRoute } from '@hono/zod-openapi'
import { counted, secured, signedIn } from '../../shared/guards.ts'
import { createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { type IdentityRoutes, pass } from './identity-client.ts'
import {
  Account,
  AccountList,
  AccountQuery,
  NewBan,
  NewImpersonation,
  TenantPlan,
} from './platform-schemas.ts'
import { Session } from './schemas.ts'
import { IdParam } from './tenant-schemas.ts'

const TAGS = ['platform']
const BAN = '/api/admin/accounts/{id}/ban'
const IMPERSONATION = '/api/admin/impersonation'

export const findAccounts = secured(
  'admin.platform',
  createRoute({
    method: 'get',
    path: '/api/admin/accounts',
    operationId: 'findAccounts',
    tags: TAGS,
    description: 'The account with this address, if there is one: its tenants and its ban.',
    request: { query: AccountQuery },
    responses: {
      200: json(AccountList, 'One account or none'),
      ...problems('unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const banAccount = counted(
  'admin.write',
  secured(
    'admin.platform',
    createRoute({
      method: 'post',
      path: BAN,
      operationId: 'banAccount',
      tags: TAGS,
      description:
        'Ends all sessions of the account at once, refuses new ones and the API keys it made. Said ' +
        'again it replaces the ban there is. Not of an account that runs the platform.',
      request: { params: IdParam, body: jsonBody(NewBan) },
      responses: {
        200: json(Account, 'The account as it is now'),
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

export const unbanAccount = counted(
  'admin.write',
  secured(
    'admin.platform',
    createRoute({
      method: 'delete',
      path: BAN,
      operationId: 'unbanAccount',
      tags: TAGS,
      request: { params: IdParam },
      responses: {
        204: { description: 'The account may sign in again' },
        ...problems('unauthenticated', 'forbidden', 'not_found', 'dependency_down'),
      },
    }),
  ),
)

export const startImpersonation = counted(
  'admin.write',
  secured(
    'admin.platform',
    createRoute({
      method: 'post',
      path: IMPERSONATION,
      operationId: 'startImpersonation',
      tags: TAGS,
      description:
        'Acts as a member of a tenant, for an hour at most, with less than they may do. The cookie is ' +
        'the new session’s until the impersonation ends; access tokens carry `act` (RFC 8693).',
      request: { body: jsonBody(NewImpersonation) },
      responses: {
        201: json(Session, 'The member, with `impersonatedBy`'),
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

export const stopImpersonation = signedIn(
  createRoute({
    method: 'delete',
    path: IMPERSONATION,
    operationId: 'stopImpersonation',
    tags: TAGS,
    description: 'Ends it and goes back to one’s own session; 401 when that has ended meanwhile.',
    responses: {
      200: json(Session, 'One’s own session'),
      ...problems('unauthenticated', 'conflict', 'dependency_down'),
    },
  }),
  { acting: true },
)

const PLAN = '/api/admin/tenants/{id}/plan'

export const getPlan = secured(
  'admin.platform',
  createRoute({
    method: 'get',
    path: PLAN,
    operationId: 'getTenantPlan',
    tags: TAGS,
    request: { params: IdParam },
    responses: {
      200: json(TenantPlan, 'The plan'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'dependency_down'),
    },
  }),
)

export const setPlan = counted(
  'access.change',
  secured(
    'admin.platform',
    createRoute({
      method: 'put',
      path: PLAN,
      operationId: 'setTenantPlan',
      tags: TAGS,
      description:
        'How much a tenant may use; counts with the next access token, within five minutes.',
      request: { params: IdParam, body: jsonBody(TenantPlan) },
      responses: {
        200: json(TenantPlan, 'The plan as it is now'),
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

export const platformRoutes = createRouter<IdentityRoutes>()
  .openapi(findAccounts, (c) => pass(c))
  .openapi(banAccount, (c) => pass(c, c.req.valid('json')))
  .openapi(unbanAccount, (c) => pass(c))
  .openapi(getPlan, (c) => pass(c))
  .openapi(setPlan, (c) => pass(c, c.req.valid('json')))
  .openapi(startImpersonation, (c) => pass(c, c.req.valid('json')))
  .openapi(stopImpersonation, (c) => pass(c))
