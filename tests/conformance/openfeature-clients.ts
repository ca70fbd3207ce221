/** OpenFeature's two SDKs with their OFREP providers, in each of the states that scenarios ask for. */
import { OFREPApi, toResolutionDetails } from '@openfeature/ofrep-core-2'
import { OFREPProvider } from '@openfeature/ofrep-provider'
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import * as server from '@openfeature/server-sdk'
import * as web from '@openfeature/web-sdk'
import type { Asked, ProviderState, Sdk } from './openfeature-steps.ts'

interface Access {
  url: string
  key: string
}

const METHODS = {
  Boolean: 'getBooleanDetails',
  String: 'getStringDetails',
  Integer: 'getNumberDetails',
  Float: 'getNumberDetails',
  Object: 'getObjectDetails',
} as const

/** All of them alike: which flag, its fallback, and then what the SDK wants beside. */
type Ask<Rest extends unknown[], Answer> = (
  flag: string,
  fallback: server.JsonValue,
  ...rest: Rest
) => Answer
type Asks<Rest extends unknown[], Answer> = Record<
  (typeof METHODS)[keyof typeof METHODS],
  Ask<Rest, Answer>
>
type Details = server.EvaluationDetails<server.JsonValue>

/** Its optional members may be undefined, which the SDK’s type does not say. */
export const webProvider = (options: ConstructorParameters<typeof OFREPWebProvider>[0]) =>
  new OFREPWebProvider(options) as OFREPWebProvider & web.Provider

let domains = 0

/** A domain of its own keeps each scenario from the others’ provider, context and events. */
const newDomain = () => `scenario-${++domains}`

const forever = () => new Promise<never>(() => {})

/**
 * The server provider has no state of its own, so the states are brought about in the SDK. Its version
 * that can be had takes an answer without a value for one of another type; `isCurrent` answers with
 * the library that newer versions are made of.
 */
export function serverSdk({ url, key }: Access, isCurrent: boolean): Sdk {
  const domain = newDomain()
  const client = server.OpenFeature.getClient(domain)
  const asks = client as unknown as Asks<[server.EvaluationContext, object], Promise<Details>>
  const access = {
    baseUrl: url,
    headers: [['Authorization', `Bearer ${key}`]] as [string, string][],
  }
  const starts: Record<ProviderState, (() => Promise<void>) | undefined> = {
    stable: undefined,
    stale: undefined,
    'not ready': forever,
    error: async () => {
      throw new server.GeneralError('cannot be reached')
    },
    fatal: async () => {
      throw new server.ProviderFatalError('has the wrong key')
    },
  }
  return {
    async provide(state) {
      const plain = isCurrent ? currentProvider(access) : new OFREPProvider(access)
      const events = new server.OpenFeatureEventEmitter()
      const initialize = starts[state]
      const provider = Object.assign(plain, { events }, initialize && { initialize })
      const set = server.OpenFeature.setProviderAndWait(domain, provider).catch(() => undefined)
      if (state !== 'not ready') await set
      if (state === 'stale') events.emit(server.ProviderEvents.Stale)
    },
    status: () => client.providerStatus,
    evaluate: ({ type, key: flag, fallback, context, hooks }) =>
      asks[METHODS[type]](flag, fallback, context, { hooks }),
  }
}

function currentProvider(access: ConstructorParameters<typeof OFREPApi>[0]): server.Provider {
  const api = new OFREPApi(access)
  const resolve = async (flag: string, fallback: unknown, context: server.EvaluationContext) => {
    const { value } = await api.postEvaluateFlag(flag, { context })
    return toResolutionDetails(value as never, fallback as never)
  }
  return {
    metadata: { name: 'ofrep-core' },
    resolveBooleanEvaluation: resolve,
    resolveStringEvaluation: resolve,
    resolveNumberEvaluation: resolve,
    resolveObjectEvaluation: resolve,
  } as server.Provider
}

/** What happens to the requests of a provider that is not to become ready. */
type Refusal = { status: number } | { hang: true } | { fail: true }

const REFUSALS: Record<ProviderState, Refusal | undefined> = {
  stable: undefined,
  stale: undefined,
  'not ready': { hang: true },
  error: { status: 400 },
  fatal: { status: 401 },
}

/** @param isCached Our answers do not arrive any more, and the ones before are in local storage. */
export function webSdk({ url, key }: Access, isCached: boolean): Sdk {
  const domain = newDomain()
  const client = web.OpenFeature.getClient(domain)
  const asks = client as unknown as Asks<[object], Details>
  let gate: Refusal | undefined
  const fetchImplementation: typeof fetch = (input, init) => {
    if (!gate) return fetch(input, init)
    if ('hang' in gate) return forever()
    if ('fail' in gate) return Promise.reject(new TypeError('fetch failed'))
    const body = JSON.stringify({ errorCode: 'INVALID_CONTEXT' })
    return Promise.resolve(new Response(body, { status: gate.status }))
  }
  const open = () =>
    webProvider({
      baseUrl: url,
      headers: [['Authorization', `Bearer ${key}`]],
      fetchImplementation,
      cacheMode: isCached ? 'network-first' : 'disabled',
      changeDetection: 'none',
    })
  return {
    async provide(state) {
      const provider = open()
      if (isCached) {
        await web.OpenFeature.setProviderAndWait(domain, provider)
        gate = { fail: true }
      } else {
        gate = REFUSALS[state]
      }
      const next = isCached ? open() : provider
      const set = web.OpenFeature.setProviderAndWait(domain, next).catch(() => undefined)
      if (state !== 'not ready') await set
      if (state === 'stale') provider.events.emit(web.ProviderEvents.Stale)
    },
    status: () => client.providerStatus,
    async evaluate({ type, key: flag, fallback, context, hooks }: Asked) {
      if (Object.keys(context).length > 0) await web.OpenFeature.setContext(domain, context)
      return asks[METHODS[type]](flag, fallback, { hooks })
    },
  }
}

/** Local storage of a page, for as long as the process lives. */
export function createStorage() {
  const items = new Map<string, string>()
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
}
