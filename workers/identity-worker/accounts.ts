/** The identity Worker's side of workers/identity/account-routes.ts. */
import { createRouter } from '../../shared/http.ts'
import * as contract from '../identity/account-routes.ts'
import { changePassword } from '../identity/issuer/change-password.ts'
import { requestEmailChange, requestVerification, verifyEmail } from '../identity/issuer/email.ts'
import { requestReset, resetPassword } from '../identity/issuer/recovery.ts'
import { signUp } from '../identity/issuer/sign-up.ts'
import { type IdentityApp, requestContext } from './context.ts'

export const accountHandlers = createRouter<IdentityApp>()
  .openapi(contract.signUp, async (c) => {
    await signUp(requestContext(c), c.req.valid('json'))
    return c.body(null, 202)
  })
  .openapi(contract.requestReset, async (c) => {
    await requestReset(requestContext(c), c.req.valid('json').email)
    return c.body(null, 202)
  })
  .openapi(contract.resetPassword, async (c) => {
    await resetPassword(requestContext(c), c.req.valid('json'))
    return c.body(null, 204)
  })
  .openapi(contract.verifyEmail, async (c) => {
    await verifyEmail(requestContext(c), c.req.valid('json').token)
    return c.body(null, 204)
  })
  .openapi(contract.changePassword, async (c) => {
    await changePassword(c.var.ctx, c.req.valid('json'))
    return c.body(null, 204)
  })
  .openapi(contract.requestVerification, async (c) => {
    await requestVerification(c.var.ctx)
    return c.body(null, 202)
  })
  .openapi(contract.changeEmail, async (c) => {
    await requestEmailChange(c.var.ctx, c.req.valid('json'))
    return c.body(null, 202)
  })
