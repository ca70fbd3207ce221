/**
 * The flags of one tenant's environment: keeps their newest snapshot, and tells its sockets of each new
 * one. The sockets hibernate with the object. It looks for a newer snapshot when it is told of one, and
 * each minute while somebody listens, so that a lost word is made good. Its alarm also runs the environment's
 * schedules.
 */
import { DurableObject } from 'cloudflare:workers'
import { traceparentOf } from '../shared/trace.ts'
import { edgeContext } from '../workers/edge-context.ts'
import { type Announcement, HUB_HEADERS, type Place } from '../workers/flags/hub-client.ts'
import { compilePublished, type StoredSnapshot } from '../workers/flags/published.ts'
import { runDue } from '../workers/flags/schedule-run-service.ts'
import { readStored, settleOutbox } from '../workers/flags/snapshot-service.ts'

/** What is kept is used so long without a look at the database. */
const LOOK_MS = 60_000

/** While nobody listens: so long after its tenant a snapshot is gone at the latest. */
const UNHEARD_LOOK_MS = 24 * 60 * 60 * 1000

/** One object serves so many by itself. */
const MOST_SOCKETS = 10_000

export class FlagHub extends DurableObject<EdgeEnv> {
  #place = this.ctx.storage.kv.get<Place>('place')
  #known = this.ctx.storage.kv.get<StoredSnapshot>('snapshot')
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

  /** @param at Milliseconds since the epoch: something is to be done then */
  async schedule(place: Place, at: number): Promise<void> {
    this.#settle(place)
    await this.#wakeBy(at)
  }

  /** Opens a socket; what is sent on it is not listened to. */
  override async fetch(request: Request): Promise<Response> {
    const { tenantId, environment, since } = HUB_HEADERS
    const tenant = decodeURIComponent(request.headers.get(tenantId) ?? '')
    this.#settle({ tenantId: tenant, environment: request.headers.get(environment) ?? '' })
    if (this.ctx.getWebSockets().length >= MOST_SOCKETS) return new Response(null, { status: 503 })
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server)
    await this.#wakeBy(Date.now() + LOOK_MS)
    const { version } = this.#known ?? { version: 0 }
    if (version > Number(request.headers.get(since))) server.send(announcementOf(version))
    return new Response(null, { status: 101, webSocket: client })
  }

  override webSocketClose(socket: WebSocket): void {
    socket.close()
  }

  override async alarm(): Promise<void> {
    if (this.#place) await this.#runDue(this.#place)
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

  #settle(place: Place): void {
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
      const found = await readStored(context.ctx, environment)
      this.#lookedAt = Date.now()
      if (!found) return this.#forget()
      if (found.version <= (this.#known?.version ?? 0)) return
      compilePublished(found)
      this.#known = found
      this.ctx.storage.kv.put('snapshot', found)
      await this.#wakeBy(Date.now() + UNHEARD_LOOK_MS)
      this.#tell(found.version)
      context.ctx.defer(settleOutbox(context.ctx, environment, found.version))
    } catch (error) {
      context.ctx.log.error('flag snapshot was not read', { environment, error })
      if (!this.#known) throw error
    }
  }

  /** The environment is gone, or its tenant: whoever listens asks anew, and learns that. */
  #forget(): void {
    this.#known = undefined
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

  #context(job = 'flagHub') {
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

function announcementOf(version: number): string {
  const announcement: Announcement = { version, at: Math.floor(Date.now() / 1000) }
  return JSON.stringify(announcement)
}
