/** The contract of /api/auth/two-factor: the second half of a sign-in, and one's own authenticator. */
import { createRoute } from '@hono/zod-openapi'
import { open, signedIn } from '../../shared/guards.ts'
import { createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { type IdentityRoutes, pass } from './identity-client.ts'
import {
  BackupCodes,
  CodeProof,
  DoubleProof,
  NewAuthenticator,
  PasswordProof,
  SecondFactor,
  Session,
  TwoFactor,
} from './schemas.ts'

const TAGS = ['identity']
const PATH = '/api/auth/two-factor'

export const verifySecondFactor = open(
  createRoute({
    method: 'post',
    path: `${PATH}/verify`,
    operationId: 'verifySecondFactor',
    tags: TAGS,
    description:
      'Ends a sign-in with a code. Each code is good once; after ten wrong ones none is taken for a ' +
      'quarter of an hour.',
    request: { body: jsonBody(SecondFactor) },
    responses: {
      200: json(Session, 'Who is signed in, with an access token of five minutes'),
      ...problems(
        'unauthenticated',
        'forbidden',
        'invalid_fields',
        'rate_limited',
        'dependency_down',
      ),
    },
  }),
)

export const getTwoFactor = signedIn(
  createRoute({
    method: 'get',
    path: PATH,
    operationId: 'getTwoFactor',
    tags: TAGS,
    responses: {
      200: json(TwoFactor, 'Whether a code is asked for, and the backup codes left'),
      ...problems('unauthenticated', 'dependency_down'),
    },
  }),
)

export const setUpAuthenticator = signedIn(
  createRoute({
    method: 'post',
    path: `${PATH}/setup`,
    operationId: 'setUpAuthenticator',
    tags: TAGS,
    description: 'A new secret. It is asked for once a code of it was confirmed.',
    request: { body: jsonBody(PasswordProof) },
    responses: {
      200: json(NewAuthenticator, 'The secret, shown this once'),
      ...problems('unauthenticated', 'forbidden', 'conflict', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const confirmAuthenticator = signedIn(
  createRoute({
    method: 'post',
    path: `${PATH}/confirm`,
    operationId: 'confirmAuthenticator',
    tags: TAGS,
    request: { body: jsonBody(CodeProof) },
    responses: {
      200: json(BackupCodes, 'The second factor is on; these codes are shown this once'),
      ...problems('unauthenticated', 'forbidden', 'conflict', 'invalid_fields', 'rate_limited'),
    },
  }),
)

export const turnOffTwoFactor = signedIn(
  createRoute({
    method: 'post',
    path: `${PATH}/disable`,
    operationId: 'turnOffTwoFactor',
    tags: TAGS,
    request: { body: jsonBody(DoubleProof) },
    responses: {
      204: { description: 'The password alone is enough' },
      ...problems('unauthenticated', 'forbidden', 'conflict', 'invalid_fields', 'rate_limited'),
    },
  }),
)

export const renewBackupCodes = signedIn(
  createRoute({
    method: 'post',
    path: `${PATH}/backup-codes`,
    operationId: 'renewBackupCodes',
    tags: TAGS,
    description: 'Ten new codes; the old ones are of no use any more.',
    request: { body: jsonBody(DoubleProof) },
    responses: {
      200: json(BackupCodes, 'The codes, shown this once'),
      ...problems('unauthenticated', 'forbidden', 'conflict', 'invalid_fields', 'rate_limited'),
    },
  }),
)

export const twoFactorRoutes = createRouter<IdentityRoutes>()
  .openapi(verifySecondFactor, (c) => pass(c, c.req.valid('json')))
  .openapi(getTwoFactor, (c) => pass(c))
  .openapi(setUpAuthenticator, (c) => pass(c, c.req.valid('json')))
  .openapi(confirmAuthenticator, (c) => pass(c, c.req.valid('json')))
  .openapi(turnOffTwoFactor, (c) => pass(c, c.req.valid('json')))
  .openapi(renewBackupCodes, (c) => pass(c, c.req.valid('json')))
