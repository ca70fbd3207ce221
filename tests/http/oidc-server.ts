/**
 * An OpenID provider on the loopback, made by other people: npm's oidc-provider, as it comes.
 * Whoever arrives is signed in as `who`, or turned away; for browsers there is a page that asks.
 */
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type KoaContextWithOIDC, Provider } from 'oidc-provider'

export interface Account {
  sub: string
  email?: string
  email_verified?: boolean
  name?: string
}

export const CLIENT = { id: 'voiceassist', secret: 'a secret of the client, long enough' }

interface Options {
  redirectUris: string[]
  /** Whether a page asks who is there, instead of `who`. */
  asks?: boolean
}

export async function startOidc({ redirectUris, asks = false }: Options) {
  const accounts = new Map<string, Account>()
  const state = {
    /** Who is at the browser; nobody refuses. */
    who: undefined as Account | undefined,
    /** Looks at what is about to be answered, and may change it. */
    tamper: undefined as ((route: string, body: Record<string, unknown>) => void) | undefined,
  }
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: redirectUris,
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    pkce: { required: () => true },
    jwks: { keys: [key] },
    cookies: { keys: ['a key of the cookies'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    claims: { email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: (_, id) => {
      return { accountId: id, claims: async () => ({ ...accounts.get(id), sub: id }) }
    },
    // What a page would ask for: everything the client wants is granted.
    async loadExistingGrant({ oidc }) {
      const { client, session, params } = oidc
      if (!client || !session?.accountId) return undefined
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope(String(params?.['scope']))
      await grant.save()
      return grant
    },
  })
  provider.use(async (ctx, next) => {
    await next()
    const { oidc, body } = ctx as KoaContextWithOIDC
    if (typeof body === 'object' && body) state.tamper?.(oidc?.route ?? '', body as never)
  })

  const interact = async (request: IncomingMessage, response: ServerResponse) => {
    if (asks && request.method === 'GET') {
      response.setHeader('content-type', 'text/html').end(PAGE)
      return
    }
    const who = asks ? accountOf(await text(request)) : state.who
    if (who) accounts.set(who.sub, who)
    const result = who ? { login: { accountId: who.sub } } : { error: 'access_denied' }
    await provider.interactionFinished(request, response, result)
  }
  const handle = provider.callback()
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/')) void interact(request, response)
    else void handle(request, response)
  })

  return {
    issuer,
    state,
    close: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  }
}

const PAGE = `<!doctype html><html lang="en"><title>Example Login</title><main>
  <h1>Who are you?</h1>
  <form method="post">
    <label>Account <input name="sub"></label>
    <label>Address <input name="email" type="email"></label>
    <label>Name <input name="name"></label>
    <button>Continue</button> <button name="cancel" value="yes">Cancel</button>
  </form></main></html>`

/** Who the page's form names, with an address that was proven; nobody when it was cancelled. */
function accountOf(body: string): Account | undefined {
  const form = new URLSearchParams(body)
  if (form.has('cancel')) return undefined
  const field = (name: string) => form.get(name) ?? ''
  return { sub: field('sub'), email: field('email'), email_verified: true, name: field('name') }
}
