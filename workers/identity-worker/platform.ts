/** The identity Worker's side of running the platform: tenants in numbers, accounts, acting as another. */
import { createRouter } from '../../shared/http.ts'
import * as impersonation from '../identity/issuer/impersonation.ts'
import * as accounts from '../identity/issuer/platform-accounts.ts'
import * as platform from '../identity/issuer/platform.ts'
import * as plans from '../identity/issuer/tenant-plan.ts'
import * as contract from '../identity/platform-routes.ts'
import * as tenants from '../identity/tenant-routes.ts'
import type { IdentityApp } from './context.ts'

export const platformHandlers = createRouter<IdentityApp>()
  .openapi(tenants.countTenants, async (c) => {
    return c.json(await platform.countTenants(c.var.ctx, c.req.valid('query')), 200)
  })
  .openapi(tenants.countTenant, async (c) => {
    return c.json(await platform.countTenant(c.var.ctx, c.req.valid('param').id), 200)
  })
  .openapi(contract.findAccounts, async (c) => {
    return c.json(await accounts.findAccounts(c.var.ctx, c.req.valid('query').email), 200)
  })
  .openapi(contract.banAccount, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await accounts.banAccount(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(contract.unbanAccount, async (c) => {
    await accounts.unbanAccount(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })
  .openapi(contract.getPlan, async (c) => {
    return c.json(await plans.getPlan(c.var.ctx, c.req.valid('param').id), 200)
  })
  .openapi(contract.setPlan, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await plans.setPlan(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(contract.startImpersonation, async (c) => {
    const { headers } = c.req.raw
    const opened = await impersonation.startImpersonation(c.var.ctx, c.req.valid('json'), headers)
    return c.json(opened.session, 201, { 'set-cookie': opened.cookies })
  })
  .openapi(contract.stopImpersonation, async (c) => {
    const { headers } = c.req.raw
    const { session, cookies } = await impersonation.stopImpersonation(c.var.ctx, headers)
    return c.json(session, 200, { 'set-cookie': cookies })
  })
