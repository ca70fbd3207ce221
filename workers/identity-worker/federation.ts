/** The identity Worker's side of workers/identity/federation-routes.ts. */
import { getCookie } from 'hono/cookie'
import { createRouter } from '../../shared/http.ts'
import * as contract from '../identity/federation-routes.ts'
import * as federation from '../identity/issuer/federation.ts'
import * as linked from '../identity/issuer/linked-accounts.ts'
import { listProviders } from '../identity/issuer/providers.ts'
import { needsSetup } from '../identity/issuer/setup.ts'
import { type IdentityApp, requestContext } from './context.ts'

export const federationHandlers = createRouter<IdentityApp>()
  .openapi(contract.listProviders, async (c) => {
    const ctx = requestContext(c)
    return c.json({ items: listProviders(ctx), needsSetup: await needsSetup(ctx) }, 200)
  })
  .openapi(contract.beginFederatedSignIn, async (c) => {
    const { provider } = c.req.valid('param')
    const known = getCookie(c, federation.BROWSER_COOKIE)
    const begun = await federation.beginSignIn(
      requestContext(c),
      provider,
      c.req.valid('json'),
      known,
    )
    return c.json({ url: begun.url }, 200, { 'set-cookie': begun.cookie })
  })
  .openapi(contract.finishFederation, async (c) => {
    const { provider } = c.req.valid('param')
    const answer = {
      url: new URL(c.req.url),
      headers: c.req.raw.headers,
      browser: getCookie(c, federation.BROWSER_COOKIE),
    }
    const { location, cookies } = await federation.finish(requestContext(c), provider, answer)
    // The address that is left has the code in it.
    const headers = { location, 'set-cookie': cookies, 'referrer-policy': 'no-referrer' }
    return c.body(null, 303, headers)
  })
  .openapi(contract.listLinkedAccounts, async (c) => {
    return c.json(await linked.listLinkedAccounts(c.var.ctx), 200)
  })
  .openapi(contract.beginLinking, async (c) => {
    const { provider } = c.req.valid('param')
    const known = getCookie(c, federation.BROWSER_COOKIE)
    const begun = await linked.beginLinking(c.var.ctx, provider, c.req.valid('json'), known)
    return c.json({ url: begun.url }, 200, { 'set-cookie': begun.cookie })
  })
  .openapi(contract.unlinkAccount, async (c) => {
    await linked.unlinkAccount(c.var.ctx, c.req.valid('param').provider, c.req.valid('json'))
    return c.body(null, 204)
  })
