/** The identity Worker's side of members, invitations, tenants and roles: the contract's handlers. */
import { createRouter } from '../../shared/http.ts'
import * as invitations from '../identity/invitation-routes.ts'
import * as sent from '../identity/issuer/invitation.ts'
import * as joining from '../identity/issuer/joining.ts'
import * as membership from '../identity/issuer/membership.ts'
import * as ownRoles from '../identity/issuer/own-roles.ts'
import * as profile from '../identity/issuer/profile.ts'
import * as tenant from '../identity/issuer/tenant.ts'
import * as members from '../identity/member-routes.ts'
import * as roles from '../identity/role-routes.ts'
import * as tenants from '../identity/tenant-routes.ts'
import { type IdentityApp, requestContext } from './context.ts'

const accountHandlers = createRouter<IdentityApp>()
  .openapi(members.getMe, async (c) => c.json(await profile.getProfile(c.var.ctx), 200))
  .openapi(members.changeMe, async (c) => {
    return c.json(await profile.renameUser(c.var.ctx, c.req.valid('json').name), 200)
  })
  .openapi(members.exportMe, async (c) => c.json(await profile.exportAccount(c.var.ctx), 200))
  .openapi(members.deleteMe, async (c) => {
    await profile.deleteAccount(c.var.ctx, c.req.valid('json').email)
    return c.body(null, 204)
  })

const memberHandlers = createRouter<IdentityApp>()
  .openapi(members.listMembers, async (c) => {
    return c.json(await membership.listMembers(c.var.ctx, c.req.valid('query')), 200)
  })
  .openapi(members.getMember, async (c) => {
    return c.json(await membership.getMember(c.var.ctx, c.req.valid('param').id), 200)
  })
  .openapi(members.changeMember, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await membership.changeMember(c.var.ctx, id, c.req.valid('json').role), 200)
  })
  .openapi(members.removeMember, async (c) => {
    await membership.removeMember(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })

const invitationHandlers = createRouter<IdentityApp>()
  .openapi(invitations.listInvitations, async (c) => {
    return c.json(await sent.listInvitations(c.var.ctx, c.req.valid('query')), 200)
  })
  .openapi(invitations.invite, async (c) => {
    return c.json(await sent.invite(c.var.ctx, c.req.valid('json')), 201)
  })
  .openapi(invitations.resendInvitation, async (c) => {
    return c.json(await sent.resendInvitation(c.var.ctx, c.req.valid('param').id), 200)
  })
  .openapi(invitations.revokeInvitation, async (c) => {
    await sent.revokeInvitation(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(invitations.viewInvitation, async (c) => {
    const { token } = c.req.valid('json')
    return c.json(await joining.viewInvitation(requestContext(c), token), 200)
  })
  .openapi(invitations.acceptInvitation, async (c) => {
    const acceptance = c.req.valid('json')
    const opened = await joining.acceptInvitation(requestContext(c), acceptance, c.req.raw.headers)
    return c.json(opened.session, 200, { 'set-cookie': opened.cookies })
  })
  .openapi(invitations.declineInvitation, async (c) => {
    await joining.declineInvitation(requestContext(c), c.req.valid('json').token)
    return c.body(null, 204)
  })

const ownTenantHandlers = createRouter<IdentityApp>()
  .openapi(tenants.listTenants, async (c) => {
    return c.json({ items: await profile.listTenants(c.var.ctx) }, 200)
  })
  .openapi(tenants.createTenant, async (c) => {
    return c.json(await tenant.createTenant(c.var.ctx, c.req.valid('json').name), 201)
  })
  .openapi(tenants.switchTenant, async (c) => {
    return c.json(await tenant.switchTenant(c.var.ctx, c.req.valid('json').tenantId), 200)
  })
  .openapi(tenants.getTenant, async (c) => c.json(await tenant.getTenant(c.var.ctx), 200))
  .openapi(tenants.renameTenant, async (c) => {
    return c.json(await tenant.renameTenant(c.var.ctx, c.req.valid('json').name), 200)
  })
  .openapi(tenants.leaveTenant, async (c) => {
    await membership.leaveTenant(c.var.ctx)
    return c.body(null, 204)
  })
  .openapi(tenants.requestDeletion, async (c) => {
    return c.json(await tenant.requestDeletion(c.var.ctx, c.req.valid('json').name), 202)
  })
  .openapi(tenants.cancelDeletion, async (c) => {
    await tenant.cancelDeletion(c.var.ctx)
    return c.body(null, 204)
  })

const roleHandlers = createRouter<IdentityApp>()
  .openapi(roles.listRoles, async (c) => c.json(await ownRoles.listRoles(c.var.ctx), 200))
  .openapi(roles.createRole, async (c) => {
    return c.json(await ownRoles.createRole(c.var.ctx, c.req.valid('json')), 201)
  })
  .openapi(roles.changeRole, async (c) => {
    const { name } = c.req.valid('param')
    return c.json(await ownRoles.changeRole(c.var.ctx, name, c.req.valid('json')), 200)
  })
  .openapi(roles.deleteRole, async (c) => {
    await ownRoles.deleteRole(c.var.ctx, c.req.valid('param').name)
    return c.body(null, 204)
  })

export const tenantHandlers = createRouter<IdentityApp>()
  .route('/', accountHandlers)
  .route('/', memberHandlers)
  .route('/', invitationHandlers)
  .route('/', ownTenantHandlers)
  .route('/', roleHandlers)
