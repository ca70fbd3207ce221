/** The contract of signing up, recovery and one's own password and address. Mounted like routes.ts. */
import { createRoute } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { open, signedIn } from '../../shared/guards.ts'
import { createRouter, jsonBody, problems } from '../../shared/http.ts'
import type { meterAddress, Unknown } from '../limits/service.ts'
import { type IdentityRoutes, pass } from './identity-client.ts'
import {
  ChangeEmail,
  ChangePassword,
  ResetPassword,
  ResetRequest,
  SignUp,
  VerifyEmail,
} from './schemas.ts'

const TAGS = ['identity']
const ON_ITS_WAY = { description: 'Whoever owns the address gets a mail, if there is one to send' }

export const signUp = open(
  createRoute({
    method: 'post',
    path: '/api/auth/sign-up/email',
    operationId: 'signUpWithEmail',
    tags: TAGS,
    description:
      'Where the setting SIGN_UP is `open`. The answer does not tell whether the address has an ' +
      'account; the link in the mail makes one, and an organization with it.',
    request: { body: jsonBody(SignUp) },
    responses: {
      202: ON_ITS_WAY,
      ...problems('forbidden', 'invalid_fields', 'rate_limited', 'dependency_down'),
    },
  }),
)

export const requestReset = open(
  createRoute({
    method: 'post',
    path: '/api/auth/request-password-reset',
    operationId: 'requestPasswordReset',
    tags: TAGS,
    description: 'The answer does not tell whether the address has an account.',
    request: { body: jsonBody(ResetRequest) },
    responses: {
      202: ON_ITS_WAY,
      ...problems('forbidden', 'invalid_fields', 'rate_limited', 'dependency_down'),
    },
  }),
)

export const resetPassword = open(
  createRoute({
    method: 'post',
    path: '/api/auth/reset-password',
    operationId: 'resetPassword',
    tags: TAGS,
    description:
      'Sets a new password with the token of a mail, once, within an hour. Ends all sessions and ' +
      'opens none: a second factor is asked for as ever.',
    request: { body: jsonBody(ResetPassword) },
    responses: {
      204: { description: 'The new password counts' },
      ...problems('forbidden', 'invalid_fields', 'rate_limited', 'dependency_down'),
    },
  }),
)

export const verifyEmail = open(
  createRoute({
    method: 'post',
    path: '/api/auth/verify-email',
    operationId: 'verifyEmail',
    tags: TAGS,
    description: 'Uses the token of a mail, once: ends a sign-up, proves or changes an address.',
    request: { body: jsonBody(VerifyEmail) },
    responses: {
      204: { description: 'The address is proven' },
      ...problems('forbidden', 'conflict', 'invalid_fields', 'rate_limited', 'dependency_down'),
    },
  }),
)

export const changePassword = signedIn(
  createRoute({
    method: 'post',
    path: '/api/auth/change-password',
    operationId: 'changePassword',
    tags: TAGS,
    description: 'Ends the caller’s other sessions.',
    request: { body: jsonBody(ChangePassword) },
    responses: {
      204: { description: 'The new password counts' },
      ...problems('unauthenticated', 'forbidden', 'conflict', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const requestVerification = signedIn(
  createRoute({
    method: 'post',
    path: '/api/auth/send-verification-email',
    operationId: 'sendVerificationEmail',
    tags: TAGS,
    responses: {
      202: ON_ITS_WAY,
      ...problems('unauthenticated', 'forbidden', 'dependency_down'),
    },
  }),
)

export const changeEmail = signedIn(
  createRoute({
    method: 'post',
    path: '/api/auth/change-email',
    operationId: 'changeEmail',
    tags: TAGS,
    description:
      'Asks for the password, and a code where there is a second factor. Sends a link to the new ' +
      'address. The address changes when the link is used, and the old one ' +
      'is told then.',
    request: { body: jsonBody(ChangeEmail) },
    responses: {
      202: ON_ITS_WAY,
      ...problems('unauthenticated', 'forbidden', 'conflict', 'invalid_fields'),
      ...problems('rate_limited', 'dependency_down'),
    },
  }),
)

interface AccountRoutes extends IdentityRoutes {
  Bindings: IdentityRoutes['Bindings'] & Unknown['env']
}

/** @param meter Handed in, so that this file does not bring the limiter into identity's bundle. */
export function createAccountRoutes(meter: typeof meterAddress) {
  const counted = async (c: Context<AccountRoutes>, body: object) => {
    await meter(c)
    return pass(c, body)
  }
  return createRouter<AccountRoutes>()
    .openapi(signUp, (c) => counted(c, c.req.valid('json')))
    .openapi(requestReset, (c) => counted(c, c.req.valid('json')))
    .openapi(resetPassword, (c) => counted(c, c.req.valid('json')))
    .openapi(verifyEmail, (c) => counted(c, c.req.valid('json')))
    .openapi(changePassword, (c) => pass(c, c.req.valid('json')))
    .openapi(requestVerification, (c) => pass(c))
    .openapi(changeEmail, (c) => pass(c, c.req.valid('json')))
}
