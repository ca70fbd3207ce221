/** The FlagHub of a tenant's environment, as the edge asks it, and as it is told of a new snapshot. */
import type { WithEnv } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import type { StoredSnapshot } from './published.ts'

/** Whose flags, and in which environment. */
export interface Place {
  tenantId: string
  environment: string
}

/** What `FlagHub` answers to. */
interface FlagHubObject {
  /** The newest snapshot it can get; null when there is none yet. */
  current: (place: Place) => Promise<StoredSnapshot | null>
  /** Says that there is a snapshot of at least this version. */
  publish: (place: Place, version: number) => Promise<void>
  /** Says that something is to be done at a time, in milliseconds since the epoch. */
  schedule: (place: Place, at: number) => Promise<void>
  fetch: (request: Request) => Promise<Response>
}

export interface HubEnv {
  readonly FLAG_HUBS: { getByName: (name: string) => FlagHubObject }
}
export type HubContext = WithEnv<HubEnv>

/** Headers of a request that opens a socket to a hub. */
export const HUB_HEADERS = {
  tenantId: 'x-flag-tenant',
  environment: 'x-flag-environment',
  since: 'x-flag-since',
} as const

/** A hub's message to its sockets. */
export interface Announcement {
  version: number
  /** Seconds since the epoch. */
  at: number
}

export const hubOf = ({ FLAG_HUBS }: HubEnv, { tenantId, environment }: Place) =>
  FLAG_HUBS.getByName(`${tenantId}:${environment}`)

/**
 * A socket on which the hub announces versions.
 *
 * @param since What the other end has; a newer version is announced at once
 * @throws ProblemError dependency_down when the hub takes no more sockets, or does not answer
 */
export async function connectHub(env: HubEnv, place: Place, since: number): Promise<WebSocket> {
  const headers = {
    upgrade: 'websocket',
    [HUB_HEADERS.tenantId]: encodeURIComponent(place.tenantId),
    [HUB_HEADERS.environment]: place.environment,
    [HUB_HEADERS.since]: String(since),
  }
  const request = new Request('https://flag-hub/', { headers })
  const response = await hubOf(env, place)
    .fetch(request)
    .catch((cause: unknown) => unavailable(cause))
  const { webSocket } = response
  if (!webSocket) return unavailable()
  webSocket.accept()
  return webSocket
}

function unavailable(cause?: unknown): never {
  const detail = 'Changes cannot be announced now; ask for the flags from time to time.'
  throw new ProblemError('dependency_down', detail, { cause, retryAfterSeconds: 5 })
}
