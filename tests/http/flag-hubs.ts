/**
 * Hubs for tests outside of workerd, where there are no Durable Objects: they keep nothing and have no
 * sockets, so every snapshot comes from the database; what they are told is kept for the test.
 */
import type { Place } from '../../workers/flags/hub-client.ts'

export function createFlagHubs() {
  const told: { place: Place; version: number }[] = []
  const due: { place: Place; at: number }[] = []
  const hub = {
    current: async () => null,
    publish: async (place: Place, version: number) => void told.push({ place, version }),
    schedule: async (place: Place, at: number) => void due.push({ place, at }),
    fetch: async () => new Response(null, { status: 503 }),
  }
  return { told, due, getByName: () => hub }
}
