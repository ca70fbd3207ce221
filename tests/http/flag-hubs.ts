/**
 * Hubs for tests outside of workerd, where there are no Durable Objects: they keep nothing, so every
 * snapshot comes from the database; what they are told is kept for the test.
 */
import type { Place } from '../../workers/flags/hub-client.ts'

/** Without sockets: a stream is refused. */
export function createFlagHubs() {
  const told: { place: Place; version: number }[] = []
  const due: { place: Place; at: number }[] = []
  const hub = {
    current: async () => null,
    publish: async (place: Place, version: number) => void told.push({ place, version }),
    ...createContexts(),
    schedule: async (place: Place, at: number) => void due.push({ place, at }),
    fetch: async () => new Response(null, { status: 503 }),
  }
  return { told, due, getByName: () => hub }
}

/** With sockets, on which each version is announced: one tenant's one environment. */
export function createAnnouncingHubs() {
  const sockets = new Set<Socket>()
  const hub = {
    current: async () => null,
    async publish(_place: Place, version: number) {
      const data = JSON.stringify({ version, at: 0 })
      for (const socket of sockets) socket.dispatchEvent(new MessageEvent('message', { data }))
    },
    ...createContexts(),
    async fetch() {
      const webSocket = new Socket(() => sockets.delete(webSocket))
      sockets.add(webSocket)
      return { webSocket }
    },
  }
  return { sockets, getByName: () => hub }
}

function createContexts() {
  const kept = new Map<string, string[]>()
  return {
    async noteContexts({ tenantId }: Place, contexts: readonly string[]) {
      kept.set(tenantId, [...contexts.toReversed(), ...(kept.get(tenantId) ?? [])])
    },
    contexts: async ({ tenantId }: Place) => kept.get(tenantId) ?? [],
    async forgetContexts({ tenantId }: Place, unit: string) {
      const all = kept.get(tenantId) ?? []
      const left = all.filter((text) => JSON.parse(text).targetingKey !== unit)
      kept.set(tenantId, left)
      return all.length - left.length
    },
  }
}

/** The half of workerd's WebSocket that a stream uses. */
class Socket extends EventTarget {
  readonly #end: () => void

  constructor(end: () => void) {
    super()
    this.#end = end
  }

  accept(): void {}

  close(): void {
    this.#end()
  }
}
