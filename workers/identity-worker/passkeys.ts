/** The identity Worker's side of workers/identity/passkey-routes.ts. */
import { createRouter } from '../../shared/http.ts'
import { beginPasskeySignIn, signInWithPasskey } from '../identity/issuer/passkey-sign-in.ts'
import * as issuer from '../identity/issuer/passkeys.ts'
import * as contract from '../identity/passkey-routes.ts'
import { type IdentityApp, requestContext } from './context.ts'

export const passkeyHandlers = createRouter<IdentityApp>()
  .openapi(contract.beginPasskeySignIn, async (c) => {
    return c.json(await beginPasskeySignIn(requestContext(c)), 200)
  })
  .openapi(contract.signInWithPasskey, async (c) => {
    const assertion = c.req.valid('json')
    const opened = await signInWithPasskey(requestContext(c), assertion, c.req.raw.headers)
    return c.json(opened.session, 200, { 'set-cookie': opened.cookies })
  })
  .openapi(contract.listPasskeys, async (c) => c.json(await issuer.listPasskeys(c.var.ctx), 200))
  .openapi(contract.beginPasskey, async (c) => {
    return c.json(await issuer.beginPasskey(c.var.ctx, c.req.valid('json')), 200)
  })
  .openapi(contract.addPasskey, async (c) => {
    return c.json(await issuer.addPasskey(c.var.ctx, c.req.valid('json')), 201)
  })
  .openapi(contract.renamePasskey, async (c) => {
    const { name } = c.req.valid('json')
    return c.json(await issuer.renamePasskey(c.var.ctx, c.req.valid('param').id, name), 200)
  })
  .openapi(contract.removePasskey, async (c) => {
    await issuer.removePasskey(c.var.ctx, c.req.valid('param').id, c.req.valid('json'))
    return c.body(null, 204)
  })
