/** A browser that goes to a provider and comes back, for tests of signing in through one. */
import { expect } from 'vitest'
import { Departure, type ProviderId } from '../../workers/identity/federation-schemas.ts'
import { GITHUB_CLIENT, startGitHub } from './github-server.ts'
import { cookieOf } from './identity-harness.ts'
import { CLIENT, startOidc } from './oidc-server.ts'
import { startTenants } from './tenant-harness.ts'

const SITE = 'http://localhost:8787'
const callback = (id: ProviderId) => `${SITE}/api/auth/callback/${id}`

export async function startFederation() {
  const redirectUris = [callback('oidc'), callback('google')]
  const [app, oidc, google, github] = await Promise.all([
    startTenants(),
    startOidc({ redirectUris }),
    startOidc({ redirectUris }),
    startGitHub(),
  ])
  Object.assign(app.settings, {
    SIGN_UP: 'invited',
    OIDC_ISSUER: oidc.issuer,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_CLIENT_SECRET: CLIENT.secret,
    OIDC_NAME: 'Example Login',
    GOOGLE_ISSUER: google.issuer,
    GOOGLE_CLIENT_ID: CLIENT.id,
    GOOGLE_CLIENT_SECRET: CLIENT.secret,
    GITHUB_URL: github.url,
    GITHUB_API_URL: github.url,
    GITHUB_CLIENT_ID: GITHUB_CLIENT.id,
    GITHUB_CLIENT_SECRET: GITHUB_CLIENT.secret,
  })

  const startPath = (id: ProviderId) => `/api/auth/sign-in/provider/${id}`

  /** @returns where to go, and the cookie that was set */
  async function depart(id: ProviderId, body: object = {}, cookie = '') {
    const answer = await app.post(startPath(id), body, cookie ? { cookie } : {})
    expect([answer.status, await answer.clone().text()]).toEqual([200, expect.any(String)])
    const { url } = Departure.parse(await answer.json())
    return { url, cookie: cookieOf(answer) }
  }

  /** What the callback says to an address of ours. */
  async function arrive(address: string, cookie: string) {
    const { pathname, search } = new URL(address)
    const answer = await app.request(pathname + search, { headers: { cookie } })
    const location = new URL(answer.headers.get('location') ?? SITE)
    const session = answer.headers
      .getSetCookie()
      .map((one) => one.split(';')[0] ?? '')
      .find((one) => one.startsWith('__Host-va_session='))
    return {
      status: answer.status,
      origin: location.origin,
      path: location.pathname,
      error: location.searchParams.get('error'),
      location,
      session,
    }
  }

  /** Out and back; `change` may meddle with either address. */
  async function signInThrough(
    id: ProviderId,
    body: object = {},
    change: { out?: (url: URL) => void; back?: (url: URL) => void } = {},
  ) {
    const { url, cookie } = await depart(id, body)
    const out = new URL(url)
    change.out?.(out)
    const back = new URL(await visit(out.href))
    change.back?.(back)
    return arrive(back.href, cookie)
  }

  return {
    ...app,
    oidc,
    google,
    github,
    startPath,
    depart,
    arrive,
    signInThrough,
    async close() {
      await Promise.all([app.close(), oidc.close(), google.close(), github.close()])
    },
  }
}

/** Follows a provider's redirects with its cookies, until one leads to our site. */
export async function visit(start: string): Promise<string> {
  const jar = new Map<string, string>()
  let url = start
  for (let hops = 0; hops < 10; hops++) {
    const cookie = Array.from(jar, ([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const one of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = one.split(';')[0]?.split(/=(.*)/s) ?? []
      jar.set(name, value)
    }
    const location = answer.headers.get('location')
    if (!location) throw new Error(`${answer.status} at ${url}: ${await answer.text()}`)
    url = new URL(location, url).href
    if (url.startsWith(SITE)) return url
  }
  throw new Error(`no end of redirects from ${start}`)
}

export type TestFederation = Awaited<ReturnType<typeof startFederation>>
