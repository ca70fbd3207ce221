/** The contract of passkeys: signing in with one, and one's own. Mounted like routes.ts, twice. */
import { createRoute, z } from '@hono/zod-openapi'
import { open, signedIn } from '../../shared/guards.ts'
import { createRouter, json, jsonBody, problems } from '../../shared/http.ts'
import { type IdentityRoutes, pass } from './identity-client.ts'
import {
  Assertion,
  AssertionOptions,
  CreationOptions,
  FreshProof,
  NewPasskey,
  Passkey,
  PasskeyList,
  PasskeyName,
} from './passkey-schemas.ts'
import { Session } from './schemas.ts'

const TAGS = ['identity']
const SIGN_IN = '/api/auth/sign-in/passkey'
const PATH = '/api/auth/passkeys'
const OPTIONS = '/api/auth/passkey-options'
const params = z.object({ id: z.uuid('must be an id this API gave') })

export const beginPasskeySignIn = open(
  createRoute({
    method: 'post',
    path: `${SIGN_IN}/options`,
    operationId: 'beginPasskeySignIn',
    tags: TAGS,
    description: 'A challenge for any passkey of this site; good once, for five minutes.',
    responses: {
      200: json(AssertionOptions, 'Options for navigator.credentials.get()'),
      ...problems('forbidden', 'dependency_down'),
    },
  }),
)

export const signInWithPasskey = open(
  createRoute({
    method: 'post',
    path: SIGN_IN,
    operationId: 'signInWithPasskey',
    tags: TAGS,
    description:
      'Sets the session cookie `__Host-va_session`. No code is asked for: a passkey is two factors, ' +
      'what holds it and how its owner unlocks it.',
    request: { body: jsonBody(Assertion) },
    responses: {
      200: json(Session, 'Who is signed in, with an access token of five minutes'),
      ...problems('unauthenticated', 'forbidden', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const listPasskeys = signedIn(
  createRoute({
    method: 'get',
    path: PATH,
    operationId: 'listPasskeys',
    tags: TAGS,
    responses: {
      200: json(PasskeyList, 'The caller’s passkeys, oldest first'),
      ...problems('unauthenticated', 'dependency_down'),
    },
  }),
)

export const beginPasskey = signedIn(
  createRoute({
    method: 'post',
    path: OPTIONS,
    operationId: 'beginPasskey',
    tags: TAGS,
    description: 'Needs the password, unless the caller signed in within the last ten minutes.',
    request: { body: jsonBody(FreshProof) },
    responses: {
      200: json(CreationOptions, 'Options for navigator.credentials.create()'),
      ...problems('unauthenticated', 'forbidden', 'conflict', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const addPasskey = signedIn(
  createRoute({
    method: 'post',
    path: PATH,
    operationId: 'addPasskey',
    tags: TAGS,
    request: { body: jsonBody(NewPasskey) },
    responses: {
      201: json(Passkey, 'It opens the account from now on'),
      ...problems('unauthenticated', 'forbidden', 'conflict', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const renamePasskey = signedIn(
  createRoute({
    method: 'patch',
    path: `${PATH}/{id}`,
    operationId: 'renamePasskey',
    tags: TAGS,
    request: { params, body: jsonBody(PasskeyName) },
    responses: {
      200: json(Passkey, 'With its new name'),
      ...problems('unauthenticated', 'forbidden', 'not_found', 'invalid_fields', 'dependency_down'),
    },
  }),
)

export const removePasskey = signedIn(
  createRoute({
    method: 'post',
    path: `${PATH}/{id}/remove`,
    operationId: 'removePasskey',
    tags: TAGS,
    description:
      'Not the last way to sign in. Needs the password, unless the caller signed in within the last ' +
      'ten minutes.',
    request: { params, body: jsonBody(FreshProof) },
    responses: {
      204: { description: 'It opens nothing any more' },
      ...problems('unauthenticated', 'forbidden', 'not_found', 'conflict', 'invalid_fields'),
      ...problems('dependency_down'),
    },
  }),
)

export const passkeyRoutes = createRouter<IdentityRoutes>()
  .openapi(beginPasskeySignIn, (c) => pass(c))
  .openapi(signInWithPasskey, (c) => pass(c, c.req.valid('json')))
  .openapi(listPasskeys, (c) => pass(c))
  .openapi(beginPasskey, (c) => pass(c, c.req.valid('json')))
  .openapi(addPasskey, (c) => pass(c, c.req.valid('json')))
  .openapi(renamePasskey, (c) => pass(c, c.req.valid('json')))
  .openapi(removePasskey, (c) => pass(c, c.req.valid('json')))
