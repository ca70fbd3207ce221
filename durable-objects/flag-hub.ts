/**
 * The flags of one tenant's environment: keeps their newest snapshot, and tells its sockets of each new
 * one. The sockets hibernate with the object. It looks for a newer snapshot when it is told of one, and
 * each minute while somebody listens, so that a lost word is made good. Its alarm also runs the environment's
 * schedules. When it has too many sockets it sends who comes to relays, which are objects of this class
 * too: they look at the hub where it looks at the database, and are told by it.
 */
import { DurableObject } from 'cloudflare:workers'
import { traceparentOf } from '../shared/trace.ts'
import { edgeContext } from '../workers/edge-context.ts'
import { type Announcement, HUB_HEADERS, hubOf, type Place } from '../workers/flags/hub-client.ts'
import { compilePublished, type StoredSnapshot } from '../workers/flags/published.ts'
import {
  chooseRelay,
  hasRoomAgain,
  NO_RELAYS,
  type Relays,
  withRelay,
  withRoom,
} from '../workers/flags/relays.ts'
import { runDue } from '../workers/flags/schedule-run-service.ts'
import { readStored, settleOutbox } from '../workers/flags/snapshot-service.ts'
import { ContextRing } from './context-ring.ts'

/** What is kept is used so long without a look at the database. */
const LOOK_MS = 60_000

/** While nobody listens: so long after its tenant a snapshot is gone at the latest. */
const UNHEARD_LOOK_MS = 24 * 60 * 60 * 1000

/** One object serves so many by itself; each object has the limit of its time. */
export const HUB_LIMITS = { sockets: 10_000 }

export class FlagHub extends DurableObject<EdgeEnv> {
  #place = this.ctx.storage.kv.get<Place>('place')
  /** 0: the hub itself. */
  #relay = this.ctx.storage.kv.get<number>('relay') ?? 0
  #relays = this.ctx.storage.kv.get<Relays>('relays') ?? NO_RELAYS
  /** Of a relay: it said so. */
  #isFull = this.ctx.storage.kv.get<boolean>('isFull') ?? false
  #known = this.ctx.storage.kv.get<StoredSnapshot>('snapshot')
  #contexts = new ContextRing(this.ctx.storage.sql)
  #lookedAt = 0
  /** The look that is under way. */
  #look: Promise<void> | undefined

  async current(place: Place): Promise<StoredSnapshot | null> {
    this.#settle(place)
    if (Date.now() - this.#lookedAt >= LOOK_MS) await this.#refresh()
    return this.#known ?? null
  }

  /** @param version Of a snapshot that was stored; 0 where the caller does not know */
  async publish(place: Place, version: number): Promise<void> {
    this.#settle(place)
    // A look that began before may have missed it.
    await this.#look?.catch(() => undefined)
    if (version === 0 || (this.#known?.version ?? 0) < version) await this.#refresh()
  }

  async noteContexts(place: Place, contexts: readonly string[]): Promise<void> {
    this.#settle(place)
    this.#contexts.add(contexts, Date.now())
    await this.#wakeBy(Date.now() + UNHEARD_LOOK_MS)
  }

  async contexts(place: Place): Promise<string[]> {
    this.#settle(place)
    return this.#contexts.newest(Date.now())
  }

  async forgetContexts(place: Place, unit: string): Promise<number> {
    this.#settle(place)
    return this.#contexts.forget(unit)
  }

  /** @param at Milliseconds since the epoch: something is to be done then */
  async schedule(place: Place, at: number): Promise<void> {
    this.#settle(place)
    await this.#wakeBy(at)
  }

  /** Opens a socket; what is sent on it is not listened to. */
  override async fetch(request: Request): Promise<Response> {
    const { tenantId, environment, since, relay } = HUB_HEADERS
    const tenant = decodeURIComponent(request.headers.get(tenantId) ?? '')
    const place = { tenantId: tenant, environment: request.headers.get(environment) ?? '' }
    this.#settle(place, Number(request.headers.get(relay)))
    if (this.ctx.getWebSockets().length >= HUB_LIMITS.sockets) return this.#sendOn(place)
    // A relay that is new, or was forgotten, knows nothing it could announce.
    if (this.#relay > 0 && !this.#known) await this.#refresh().catch(() => undefined)
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server)
    await this.#wakeBy(Date.now() + LOOK_MS)
    const { version } = this.#known ?? { version: 0 }
    if (version > Number(request.headers.get(since))) server.send(announcementOf(version))
    return new Response(null, { status: 101, webSocket: client })
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    socket.close()
    const left = this.ctx.getWebSockets().filter((other) => other !== socket).length
    if (this.#isFull && hasRoomAgain(left, HUB_LIMITS.sockets)) await this.#noteRoom(false)
  }

  async noteRelay(place: Place, relay: number, isFull: boolean): Promise<void> {
    this.#settle(place)
    this.#keepRelays(withRoom(this.#relays, relay, isFull))
  }

  /** Where there is room, if anywhere. A relay that has none says so to its hub first. */
  async #sendOn(place: Place): Promise<Response> {
    if (this.#relay > 0) {
      if (!this.#isFull) await this.#noteRoom(true)
      return new Response(null, { status: 503 })
    }
    const relay = chooseRelay(this.#relays)
    if (relay === undefined) {
      const { log } = this.#context().ctx
      log.error('a flag hub and all its relays are full', { environment: place.environment })
      return new Response(null, { status: 503 })
    }
    this.#keepRelays(withRelay(this.#relays, relay))
    return new Response(null, { status: 503, headers: { [HUB_HEADERS.relay]: String(relay) } })
  }

  async #noteRoom(isFull: boolean): Promise<void> {
    if (!this.#place) return
    await hubOf(this.env, this.#place).noteRelay(this.#place, this.#relay, isFull)
    this.#isFull = isFull
    this.ctx.storage.kv.put('isFull', isFull)
  }

  #keepRelays(relays: Relays): void {
    this.#relays = relays
    this.ctx.storage.kv.put('relays', relays)
  }

  override async alarm(): Promise<void> {
    if (this.#place && this.#relay === 0) await this.#runDue(this.#place)
    await this.#refresh().catch(() => undefined)
    if (this.ctx.getWebSockets().length > 0) await this.#wakeBy(Date.now() + LOOK_MS)
    else if (this.#known) await this.#wakeBy(Date.now() + UNHEARD_LOOK_MS)
  }

  /** Publishes what is due; what is published is announced to this object like anything else. */
  async #runDue({ environment }: Place): Promise<void> {
    const { ctx } = this.#context('flagSchedules')
    try {
      const next = await runDue(ctx, environment)
      if (next) await this.#wakeBy(next.getTime())
    } catch (error) {
      ctx.log.error('flag schedules were not run', { environment, error })
      await this.#wakeBy(Date.now() + LOOK_MS)
    }
  }

  async #wakeBy(at: number): Promise<void> {
    const { storage } = this.ctx
    if (at < ((await storage.getAlarm()) ?? Infinity)) await storage.setAlarm(at)
  }

  #settle(place: Place, relay = 0): void {
    if (relay > 0 && this.#relay === 0) {
      this.#relay = relay
      this.ctx.storage.kv.put('relay', relay)
    }
    if (this.#place) return
    this.#place = place
    this.ctx.storage.kv.put('place', place)
  }

  #refresh(): Promise<void> {
    this.#look ??= this.#readNewest().finally(() => (this.#look = undefined))
    return this.#look
  }

  /** What cannot be read, or be evaluated, replaces nothing. */
  async #readNewest(): Promise<void> {
    const context = this.#context()
    const { environment } = context.place
    try {
      const found = await this.#read(context)
      this.#lookedAt = Date.now()
      if (!found) return this.#forget()
      if (found.version <= (this.#known?.version ?? 0)) return
      compilePublished(found)
      this.#known = found
      this.ctx.storage.kv.put('snapshot', found)
      await this.#wakeBy(Date.now() + UNHEARD_LOOK_MS)
      this.#tell(found.version)
      if (this.#relay === 0) context.ctx.defer(this.#passOn(context, found.version))
    } catch (error) {
      context.ctx.log.error('flag snapshot was not read', { environment, error })
      if (!this.#known) throw error
    }
  }

  #read({ ctx, place }: HubContext): Promise<StoredSnapshot | null | undefined> {
    return this.#relay > 0
      ? hubOf(this.env, place).current(place)
      : readStored(ctx, place.environment)
  }

  /** A relay that does not answer looks by itself within the minute. */
  async #passOn({ ctx, place }: HubContext, version: number): Promise<void> {
    const relays = Array.from({ length: this.#relays.count }, (_, index) => index + 1)
    const told = relays.map((relay) =>
      hubOf(this.env, place, relay)
        .publish(place, version)
        .catch((error: unknown) => ctx.log.warn('a flag relay was not told', { relay, error })),
    )
    await Promise.all(told)
    await settleOutbox(ctx, place.environment, version)
  }

  /** The environment is gone, or its tenant: whoever listens asks anew, and learns that. */
  #forget(): void {
    this.#known = undefined
    this.#contexts.clear()
    for (const key of ['snapshot', 'place']) this.ctx.storage.kv.delete(key)
    for (const socket of this.ctx.getWebSockets()) socket.close(1000, 'gone')
  }

  #tell(version: number): void {
    const text = announcementOf(version)
    for (const socket of this.ctx.getWebSockets()) {
      try {
        socket.send(text)
      } catch {
        socket.close()
      }
    }
  }

  #context(job = 'flagHub'): HubContext {
    if (!this.#place) throw new Error('the hub was not told whose it is')
    const actor = { type: 'system', job } as const
    const origin = {
      tenantId: this.#place.tenantId,
      actor,
      requestId: crypto.randomUUID(),
      traceparent: traceparentOf(undefined),
      waitUntil: (work: Promise<unknown>) => this.ctx.waitUntil(work),
    }
    return { ctx: edgeContext(this.env, origin), place: this.#place }
  }
}

interface HubContext {
  ctx: ReturnType<typeof edgeContext>
  place: Place
}

function announcementOf(version: number): string {
  const announcement: Announcement = { version, at: Math.floor(Date.now() / 1000) }
  return JSON.stringify(announcement)
}
