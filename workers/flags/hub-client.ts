/** The FlagHub of a tenant's environment, as the edge asks it, and as it is told of a new snapshot. */
import type { Caller, WithEnv } from '../../shared/context.ts'
import { environmentOf } from '../../shared/environment.ts'
import { ProblemError } from '../../shared/errors.ts'
import type { StoredSnapshot } from './published.ts'

/** Whose flags, and in which environment. */
export interface Place {
  tenantId: string
  environment: string
}

/** Where the caller's flags are. */
export const placeOf = ({ tenantId, actor }: Caller): Place => {
  return { tenantId, environment: environmentOf({ actor }) }
}

/** What `FlagHub` answers to. */
interface FlagHubObject {
  /** The newest snapshot it can get; null when there is none yet. */
  current: (place: Place) => Promise<StoredSnapshot | null>
  /** Says that there is a snapshot of at least this version. */
  publish: (place: Place, version: number) => Promise<void>
  /** To the hub: whether one of its relays takes more sockets. */
  noteRelay: (place: Place, relay: number, isFull: boolean) => Promise<void>
  /** Keeps contexts, as JSON texts; of the last 1,000. */
  noteContexts: (place: Place, contexts: readonly string[]) => Promise<void>
  /** Those kept, the newest first. */
  contexts: (place: Place) => Promise<string[]>
  /** Deletes those of a unit. @returns how many there were */
  forgetContexts: (place: Place, unit: string) => Promise<number>
  /** Says that something is to be done at a time, in milliseconds since the epoch. */
  schedule: (place: Place, at: number) => Promise<void>
  fetch: (request: Request) => Promise<Response>
}

export interface HubEnv {
  readonly FLAG_HUBS: { getByName: (name: string) => FlagHubObject }
}
export type HubContext = WithEnv<HubEnv>

/** Headers of a request that opens a socket to a hub; `relay` is in the answer of a full one, too. */
export const HUB_HEADERS = {
  tenantId: 'x-flag-tenant',
  environment: 'x-flag-environment',
  since: 'x-flag-since',
  relay: 'x-flag-relay',
} as const

/** A hub's message to its sockets. */
export interface Announcement {
  version: number
  /** Seconds since the epoch. */
  at: number
}

/** @param relay 0 for the hub itself; its relays, which are told by it, are numbered from 1 */
export const hubOf = ({ FLAG_HUBS }: HubEnv, { tenantId, environment }: Place, relay = 0) =>
  FLAG_HUBS.getByName(`${tenantId}:${environment}${relay > 0 ? `#${relay}` : ''}`)

/** Objects asked for a socket: the hub, a relay, and the next while that one fills up. */
const MOST_TRIES = 6

/**
 * A socket on which the hub announces versions: its own, or a relay's when it has too many.
 *
 * @param since What the other end has; a newer version is announced at once
 * @throws ProblemError dependency_down when nobody takes the socket, or answers
 */
export async function connectHub(env: HubEnv, place: Place, since: number): Promise<WebSocket> {
  let relay = 0
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const request = new Request('https://flag-hub/', { headers: headersOf(place, since, relay) })
    const response = await hubOf(env, place, relay)
      .fetch(request)
      .catch((cause: unknown) => unavailable(cause))
    const { webSocket } = response
    if (webSocket) {
      webSocket.accept()
      return webSocket
    }
    // A relay that filled up meanwhile has told the hub, which knows another.
    relay = relay > 0 ? 0 : Number(response.headers.get(HUB_HEADERS.relay))
    if (relay === 0 && attempt % 2 === 0) break
  }
  return unavailable()
}

function headersOf({ tenantId, environment }: Place, since: number, relay: number) {
  return {
    upgrade: 'websocket',
    [HUB_HEADERS.tenantId]: encodeURIComponent(tenantId),
    [HUB_HEADERS.environment]: environment,
    [HUB_HEADERS.since]: String(since),
    [HUB_HEADERS.relay]: String(relay),
  }
}

function unavailable(cause?: unknown): never {
  const detail = 'Changes cannot be announced now; ask for the flags from time to time.'
  throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
}
