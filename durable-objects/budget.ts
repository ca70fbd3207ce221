/**
 * What one tenant may spend: the shell around workers/usage/book.ts. A reservation is on disk before
 * it is answered. Limits are read from Postgres at most once a minute, and when it is told to.
 */
import { DurableObject } from 'cloudflare:workers'
import { createContext } from '../shared/context.ts'
import { asAuthUser } from '../shared/database.ts'
import { reporterOf } from '../shared/error-queue.ts'
import { createLog } from '../shared/log.ts'
import { metricsOf } from '../shared/metrics.ts'
import { traceparentOf } from '../shared/trace.ts'
import { recordAudit } from '../workers/audit/service.ts'
import { mailNews } from '../workers/identity-worker/budget-mail.ts'
import {
  alertsOf,
  type Ask,
  type Book,
  emptyBook,
  expire,
  learn,
  type LimitName,
  type Limits,
  NO_LIMITS,
  type Reservation,
  reserve,
  settle,
  type Totals,
  turnPage,
  type Verdict,
} from '../workers/usage/book.ts'
import type { BudgetNews } from '../workers/usage/schemas.ts'
import { readStanding } from '../workers/usage/standing-store.ts'

/** What is known of the limits is used so long without a look at the database. */
const LOOK_MS = 60_000
/** Until mails that could not be sent are tried again. */
const MAIL_AGAIN_MS = 60_000
/** Hours that stood out and were told of; the watch looks at two. */
const MOST_HOURS = 4

export class Budget extends DurableObject<IdentityEnv> {
  readonly #book: Book
  #limits: Limits | undefined
  #lookedAt = 0
  /** The look that is under way. */
  #look: Promise<void> | undefined
  /** News whose mails are under way: of two runs at once only one sends them. */
  readonly #sending = new Set<string>()
  /** Metrics are kept by this environment too, so that its queries are counted and leave. */
  readonly #database = asAuthUser(this.env)

  constructor(state: DurableObjectState, env: IdentityEnv) {
    super(state, env)
    this.#book = this.#load()
  }

  /** @throws ProblemError dependency_down while the limits were never read and cannot be */
  async reserve(tenantId: string, ask: Ask): Promise<Verdict> {
    await this.#keepLimits(tenantId)
    const now = new Date()
    const limits = this.#limits ?? NO_LIMITS
    const verdict = this.#change(now, () => reserve(this.#book, limits, ask, now))
    if (verdict.ok) {
      const reservation = this.#book.open.get(ask.id)
      this.ctx.storage.kv.put(`open:${ask.id}`, reservation)
      await this.#wakeBy(reservation?.expiresAt ?? now.getTime())
      return verdict
    }
    this.#metrics().inc('voiceassist_budget_rejected_total', { scope: verdict.limit })
    this.#tell(tenantId, verdict.limit)
    return verdict
  }

  /** @param spent What the call did cost; 0 for one that was not made. */
  settle(tenantId: string, id: string, spent: number): void {
    const now = new Date()
    const settled = this.#change(now, () => settle(this.#book, id, spent, now))
    if (!settled) return
    this.#forget(id, settled)
    this.#tell(tenantId)
  }

  /** The limits were changed. */
  async refresh(tenantId: string): Promise<void> {
    // A look that began before may have missed it.
    await this.#look?.catch(() => undefined)
    await this.#readLimits(tenantId)
  }

  /** An hour that stands out, told of once. */
  noteAnomaly(anomaly: Extract<BudgetNews, { type: 'anomaly' }>): void {
    const { kv } = this.ctx.storage
    const told = kv.get<string[]>('anomalies') ?? []
    const { tenantId, hour, microDollars, usual } = anomaly
    if (told.includes(hour)) return
    kv.put('anomalies', [...told, hour].slice(-MOST_HOURS))
    const ctx = this.#contextOf(tenantId)
    const facts = { hour, microDollars, usual }
    recordAudit(ctx, 'budget.anomaly', { resource: { type: 'budget', id: tenantId }, facts })
    ctx.metrics.inc('voiceassist_cost_anomalies_total', {})
    ctx.log.warn('an hour costs far more than it usually does', facts)
    this.#post(anomaly)
  }

  override async alarm(): Promise<void> {
    const now = new Date()
    const gone = this.#change(now, () => expire(this.#book, now))
    for (const id of gone) this.ctx.storage.kv.delete(`open:${id}`)
    const next = Math.min(...[...this.#book.open.values()].map(({ expiresAt }) => expiresAt))
    if (Number.isFinite(next)) await this.#wakeBy(next)
    await this.#sendMails()
  }

  /** What was read stands while the database is down: limits seldom change. */
  async #keepLimits(tenantId: string): Promise<void> {
    if (Date.now() - this.#lookedAt < LOOK_MS) return
    try {
      await this.#readLimits(tenantId)
    } catch (error) {
      if (!this.#limits) throw error
      this.#log().error('the limits of a budget were not read', { tenant_id: tenantId, error })
    }
  }

  #readLimits(tenantId: string): Promise<void> {
    this.#look ??= this.#readNewest(tenantId).finally(() => (this.#look = undefined))
    return this.#look
  }

  async #readNewest(tenantId: string): Promise<void> {
    const now = new Date()
    const standing = await readStanding(this.#database, tenantId, now)
    this.#lookedAt = Date.now()
    this.#limits = standing?.limits ?? NO_LIMITS
    if (!standing) return
    this.#change(now, () => learn(this.#book, standing.spent, now))
    const { kv } = this.ctx.storage
    this.#saveTotals()
    for (const [spender, spent] of this.#book.spenders) kv.put(`spender:${spender}`, spent)
  }

  /** A change of the book; the day before is wiped off the disk when it turns the page. */
  #change<Result>(now: Date, change: () => Result): Result {
    if (turnPage(this.#book, now)) {
      const { kv } = this.ctx.storage
      for (const [key] of kv.list({ prefix: 'spender:' })) kv.delete(key)
      this.#saveTotals()
    }
    return change()
  }

  #forget(id: string, { spender }: Reservation): void {
    const { kv } = this.ctx.storage
    kv.delete(`open:${id}`)
    this.#saveTotals()
    if (spender !== null) kv.put(`spender:${spender}`, this.#book.spenders.get(spender) ?? 0)
  }

  #saveTotals(): void {
    const { today, day, month, told } = this.#book
    this.ctx.storage.kv.put('totals', { today, day, month, told } satisfies Totals)
  }

  #load(): Book {
    const { kv } = this.ctx.storage
    const book = Object.assign(emptyBook(new Date()), kv.get<Totals>('totals'))
    for (const [key, spent] of kv.list<number>({ prefix: 'spender:' })) {
      book.spenders.set(key.slice('spender:'.length), spent)
    }
    for (const [key, one] of kv.list<Reservation>({ prefix: 'open:' })) {
      book.open.set(key.slice('open:'.length), one)
      book.reserved += one.microDollars
      if (one.spender === null) continue
      const before = book.reservedBy.get(one.spender) ?? 0
      book.reservedBy.set(one.spender, before + one.microDollars)
    }
    return book
  }

  async #wakeBy(at: number): Promise<void> {
    const { storage } = this.ctx
    if (at < ((await storage.getAlarm()) ?? Infinity)) await storage.setAlarm(at)
  }

  /** Alerts that are due: an audit entry, a count, a line of the log and mails each. */
  #tell(tenantId: string, refused?: LimitName): void {
    const limits = this.#limits ?? NO_LIMITS
    const due = alertsOf(this.#book, limits, refused)
    if (due.length === 0) return
    this.#saveTotals()
    const ctx = this.#contextOf(tenantId)
    const spent = { daily: this.#book.day, monthly: this.#book.month }
    for (const { limit, percent } of due) {
      const microDollars = limits[limit] ?? 0
      const facts = { limit, percent, microDollars }
      recordAudit(ctx, 'budget.alert', { resource: { type: 'budget', id: limit }, facts })
      ctx.metrics.inc('voiceassist_budget_alerts_total', { scope: limit, percent: `${percent}` })
      ctx.log.warn('a share of a budget is spent', facts)
      this.#post({ type: 'share', tenantId, ...facts, spent: spent[limit] })
    }
  }

  /** On disk until its mails are in the queue: an object may go at any time. */
  #post(news: BudgetNews): void {
    this.ctx.storage.kv.put(`news:${crypto.randomUUID()}`, news)
    this.ctx.waitUntil(this.#sendMails())
  }

  async #sendMails(): Promise<void> {
    const { kv } = this.ctx.storage
    // Read at once: a list is no good any more when another one begins.
    const waiting = Array.from(kv.list<BudgetNews>({ prefix: 'news:' }))
    for (const [key, news] of waiting) {
      // Another run sends it, or has by now.
      if (this.#sending.has(key) || kv.get(key) === undefined) continue
      this.#sending.add(key)
      try {
        await mailNews(this.#contextOf(news.tenantId), news)
        kv.delete(key)
      } catch (error) {
        this.#log().error('mails of a budget are sent again', { tenant_id: news.tenantId, error })
        await this.#wakeBy(Date.now() + MAIL_AGAIN_MS)
      } finally {
        this.#sending.delete(key)
      }
    }
  }

  #contextOf(tenantId: string) {
    return createContext(
      this.env,
      { log: this.#log(), metrics: this.#metrics() },
      {
        tenantId,
        actor: { type: 'system', job: 'budget' },
        requestId: crypto.randomUUID(),
        traceparent: traceparentOf(undefined),
        waitUntil: (work) => this.ctx.waitUntil(work),
      },
    )
  }

  readonly #metrics = () => metricsOf(this.#database, (work) => this.ctx.waitUntil(work))

  #log() {
    const reporter = reporterOf(this.env, { waitUntil: (work) => this.ctx.waitUntil(work) })
    return createLog({ level: this.env.LOG_LEVEL, reporter }, { worker: 'identity' })
  }
}
