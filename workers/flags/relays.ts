/**
 * Which relay a hub sends a listener to when it has no room itself. Relays are numbered from 1 and made
 * when the ones before are full: a tree of two levels.
 */
export interface Relays {
  /** There are so many. */
  readonly count: number
  /** Those without room. */
  readonly full: readonly number[]
}

export const NO_RELAYS: Relays = { count: 0, full: [] }

/** RPC fan-out of one hub, and as many sockets as it has relays and the hub itself: a million. */
const MOST_RELAYS = 1000

/** The first with room, a new one if need be. @returns undefined when there are too many */
export function chooseRelay({ count, full }: Relays): number | undefined {
  for (let relay = 1; relay <= Math.min(count + 1, MOST_RELAYS); relay++) {
    if (!full.includes(relay)) return relay
  }
  return undefined
}

export const withRelay = ({ count, full }: Relays, relay: number): Relays => {
  return { count: Math.max(count, relay), full }
}

export const withRoom = ({ count, full }: Relays, relay: number, isFull: boolean): Relays => {
  const others = full.filter((known) => known !== relay)
  return { count, full: isFull ? [...others, relay] : others }
}

/** A full relay has room again when a tenth of its sockets went away, and not at each that does. */
export const hasRoomAgain = (sockets: number, most: number): boolean => sockets <= most * 0.9
