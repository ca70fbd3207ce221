/** The identity Worker's side of workers/identity/two-factor-routes.ts. */
import { createRouter } from '../../shared/http.ts'
import * as issuer from '../identity/issuer/authenticator.ts'
import { finishSignIn } from '../identity/issuer/sign-in.ts'
import * as contract from '../identity/two-factor-routes.ts'
import { type IdentityApp, requestContext } from './context.ts'

export const twoFactorHandlers = createRouter<IdentityApp>()
  .openapi(contract.verifySecondFactor, async (c) => {
    const proof = c.req.valid('json')
    const opened = await finishSignIn(requestContext(c), proof, c.req.raw.headers)
    return c.json(opened.session, 200, { 'set-cookie': opened.cookies })
  })
  .openapi(contract.getTwoFactor, async (c) => c.json(await issuer.getTwoFactor(c.var.ctx), 200))
  .openapi(contract.setUpAuthenticator, async (c) => {
    const { password } = c.req.valid('json')
    return c.json(await issuer.setUpAuthenticator(c.var.ctx, password), 200)
  })
  .openapi(contract.confirmAuthenticator, async (c) => {
    return c.json(await issuer.confirmAuthenticator(c.var.ctx, c.req.valid('json').code), 200)
  })
  .openapi(contract.turnOffTwoFactor, async (c) => {
    await issuer.turnOffTwoFactor(c.var.ctx, c.req.valid('json'))
    return c.body(null, 204)
  })
  .openapi(contract.renewBackupCodes, async (c) => {
    return c.json(await issuer.renewBackupCodes(c.var.ctx, c.req.valid('json')), 200)
  })
