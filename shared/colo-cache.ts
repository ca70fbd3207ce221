/**
 * The data centre's own cache (Cache API): nearer than any store, shared by the isolates of one place,
 * and by no others. It is there on custom domains only; elsewhere nothing is found and nothing is kept.
 */

/** No host answers to it: the cache wants an address, and the key is all that is in it. */
const addressOf = (key: string) => `https://cache.invalid/${encodeURIComponent(key)}`

interface Store {
  match: (address: string) => Promise<Response | undefined>
  put: (address: string, response: Response) => Promise<void>
  delete: (address: string) => Promise<boolean>
}

/** The platform's, where there is one. */
const store = (): Store | undefined => {
  const caches: { default?: Store } | undefined = Reflect.get(globalThis, 'caches')
  return caches?.default
}

/** None of these throws: without it one level is missing, and nothing else. */
export const coloCache = {
  async find(key: string): Promise<string | undefined> {
    const found = await store()
      ?.match(addressOf(key))
      .catch(() => undefined)
    return found?.text()
  },

  async put(key: string, text: string, seconds: number): Promise<void> {
    const headers = { 'cache-control': `max-age=${seconds}` }
    await store()
      ?.put(addressOf(key), new Response(text, { headers }))
      .catch(() => undefined)
  },

  async drop(key: string): Promise<void> {
    await store()
      ?.delete(addressOf(key))
      .catch(() => undefined)
  },
}
