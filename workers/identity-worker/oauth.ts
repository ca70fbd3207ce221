/** The OAuth 2.1 and OpenID Connect provider in the identity Worker: the contract's handlers. */
import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { PERMISSIONS, PERSONAL } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { createRouter } from '../../shared/http.ts'
import * as authorization from '../identity/issuer/oauth-authorize.ts'
import { OAuthError } from '../identity/issuer/oauth-client-proof.ts'
import * as clients from '../identity/issuer/oauth-clients.ts'
import * as consents from '../identity/issuer/oauth-consents.ts'
import { readUserInfo, revokeToken } from '../identity/issuer/oauth-revocation.ts'
import { answerTokenRequest } from '../identity/issuer/oauth-token.ts'
import { publishedKeys } from '../identity/issuer/signing-keys.ts'
import * as admin from '../identity/oauth-client-routes.ts'
import * as contract from '../identity/oauth-routes.ts'
import { metadataOf } from '../identity/oauth.ts'
import { type IdentityApp, requestContext } from './context.ts'

const whenOn = createMiddleware<IdentityApp>(async (c, next) => {
  if (c.env.OAUTH_PROVIDER !== 'on') throw new ProblemError('not_found', 'There is nothing here.')
  await next()
})

const PATHS = ['/.well-known/*', '/oauth/*', '/api/auth/oauth/*', '/api/admin/oauth-clients/*']

/** @returns undefined where the client gets no answer but the error, which is in `failure` then */
async function attempting<Result>(work: Promise<Result>) {
  try {
    return { result: await work, failure: undefined }
  } catch (thrown) {
    if (!(thrown instanceof OAuthError)) throw thrown
    return { result: undefined, failure: thrown }
  }
}

/** RFC 6749, section 5.2: a client that tried HTTP Basic is told that this is the scheme. */
function refuse(c: Context<IdentityApp>, { error, message }: OAuthError) {
  const body = { error, error_description: message }
  if (error !== 'invalid_client') return c.json(body, 400)
  return c.json(body, 401, { 'www-authenticate': 'Basic realm="oauth"' })
}

const clientHandlers = createRouter<IdentityApp>()
  .openapi(admin.listClients, async (c) => {
    return c.json(await clients.listClients(c.var.ctx, c.req.valid('query')), 200)
  })
  .openapi(admin.createClient, async (c) => {
    return c.json(await clients.createClient(c.var.ctx, c.req.valid('json')), 201)
  })
  .openapi(admin.rotateClient, async (c) => {
    const { id } = c.req.valid('param')
    return c.json(await clients.rotateClient(c.var.ctx, id, c.req.valid('json')), 200)
  })
  .openapi(admin.revokeClient, async (c) => {
    await clients.revokeClient(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })

const consentHandlers = createRouter<IdentityApp>()
  .openapi(contract.viewConsent, async (c) => {
    return c.json(await authorization.viewAuthorization(c.var.ctx, c.req.valid('query')), 200)
  })
  .openapi(contract.decideConsent, async (c) => {
    const decision = c.req.valid('json')
    return c.json({ redirectTo: await authorization.decideAuthorization(c.var.ctx, decision) }, 200)
  })
  .openapi(contract.listConsents, async (c) => c.json(await consents.listConsents(c.var.ctx), 200))
  .openapi(contract.withdrawConsent, async (c) => {
    await consents.withdrawConsent(c.var.ctx, c.req.valid('param').id)
    return c.body(null, 204)
  })

const CLIENT_SCOPES = PERMISSIONS.filter((permission) => !PERSONAL.has(permission))
const metadata = ({ PUBLIC_URL }: IdentityEnv) => metadataOf(PUBLIC_URL, CLIENT_SCOPES)

const protocolHandlers = createRouter<IdentityApp>()
  .openapi(contract.serverMetadata, (c) => c.json(metadata(c.env), 200))
  .openapi(contract.openIdMetadata, (c) => c.json(metadata(c.env), 200))
  .openapi(contract.keys, async (c) => {
    const { keys } = await publishedKeys(requestContext(c))
    return c.json({ keys: keys.map((key) => ({ ...key })) }, 200)
  })
  .openapi(contract.authorize, async (c) => {
    const { headers } = c.req.raw
    const location = await authorization.authorize(requestContext(c), c.req.valid('query'), headers)
    return c.body(null, 302, { location, 'referrer-policy': 'no-referrer' })
  })
  .openapi(contract.token, async (c) => {
    const form = c.req.valid('form')
    const asked = answerTokenRequest(requestContext(c), form, c.req.header('authorization'))
    const { result, failure } = await attempting(asked)
    return failure ? refuse(c, failure) : c.json(result, 200)
  })
  .openapi(contract.revoke, async (c) => {
    const form = c.req.valid('form')
    const asked = revokeToken(requestContext(c), form, c.req.header('authorization'))
    const { failure } = await attempting(asked)
    return failure ? refuse(c, failure) : c.body(null, 200)
  })
  .openapi(contract.getUserInfo, async (c) => {
    return c.json(await readUserInfo(requestContext(c), c.req.raw.headers), 200)
  })
  .openapi(contract.postUserInfo, async (c) => {
    return c.json(await readUserInfo(requestContext(c), c.req.raw.headers), 200)
  })

const router = createRouter<IdentityApp>()
for (const path of PATHS) router.use(path, whenOn)

export const oauthHandlers = router
  .route('/', clientHandlers)
  .route('/', consentHandlers)
  .route('/', protocolHandlers)
