/**
 * What one tenant has spent, has reserved and may spend. A call reserves the most it can cost before
 * it is made and settles what it did cost after, so that calls in flight together never spend more
 * than a limit leaves. Pure but for the book itself, which its functions change. Micro-dollars; days
 * and months are UTC's.
 */

export interface Limits {
  daily: number | null
  monthly: number | null
  userDaily: number | null
  perCall: number | null
}

export const NO_LIMITS: Limits = { daily: null, monthly: null, userDaily: null, perCall: null }

export type LimitName = 'daily' | 'monthly' | 'user_daily' | 'per_call'

export interface Reservation {
  /** `user:…` or `key:…`; null for the work of queues. */
  spender: string | null
  microDollars: number
  /** Milliseconds since the epoch. */
  expiresAt: number
}

export interface Totals {
  /** As in 2026-11-26. */
  today: string
  day: number
  month: number
  /** The highest share of each limit that was told of in its period, in percent. */
  told: { daily: number; monthly: number }
}

export interface Book extends Totals {
  spenders: Map<string, number>
  open: Map<string, Reservation>
  /** Sums over `open`, kept so that a reservation takes the same time however many there are. */
  reserved: number
  reservedBy: Map<string, number>
}

/** Nothing settles later: a turn ends within a minute or so. */
export const RESERVATION_MS = 5 * 60 * 1000

const THRESHOLDS = [50, 75, 90, 100] as const

export const emptyBook = (now: Date): Book => ({
  today: dayOf(now),
  day: 0,
  month: 0,
  told: { daily: 0, monthly: 0 },
  spenders: new Map(),
  open: new Map(),
  reserved: 0,
  reservedBy: new Map(),
})

const dayOf = (at: Date) => at.toISOString().slice(0, 10)

export interface Ask {
  id: string
  spender: string | null
  /** The most the call can cost. */
  microDollars: number
}

export type Verdict =
  | { ok: true }
  /** @property resetsAt ISO; null where waiting does not help. */
  | { ok: false; limit: LimitName; microDollars: number; resetsAt: string | null }

/**
 * Begins a new day or month. What is reserved still counts: it will be settled in the new one. A clock
 * that is set back turns nothing: the day before would begin at nothing again, and so would this one.
 */
export function turnPage(book: Book, now: Date): boolean {
  const today = dayOf(now)
  if (today <= book.today) return false
  if (today.slice(0, 7) !== book.today.slice(0, 7)) {
    book.month = 0
    book.told.monthly = 0
  }
  book.today = today
  book.day = 0
  book.told.daily = 0
  book.spenders.clear()
  return true
}

/** Reserves, or says which limit is in the way. The same id again changes nothing. */
export function reserve(book: Book, limits: Limits, ask: Ask, now: Date): Verdict {
  turnPage(book, now)
  if (book.open.has(ask.id)) return { ok: true }
  const { spender, microDollars } = ask
  const refusal = refusalOf(book, limits, ask, now)
  if (refusal) return refusal
  book.open.set(ask.id, { spender, microDollars, expiresAt: now.getTime() + RESERVATION_MS })
  hold(book, spender, microDollars)
  return { ok: true }
}

function refusalOf(
  book: Book,
  limits: Limits,
  { spender, microDollars }: Ask,
  now: Date,
): Exclude<Verdict, { ok: true }> | undefined {
  const isOver = (limit: number | null, used: number): limit is number =>
    limit !== null && used + microDollars > limit
  const { daily, monthly, userDaily, perCall } = limits
  const refuse = (limit: LimitName, of: number, resetsAt: Date | null) => {
    return {
      ok: false,
      limit,
      microDollars: of,
      resetsAt: resetsAt?.toISOString() ?? null,
    } as const
  }
  if (isOver(perCall, 0)) return refuse('per_call', perCall, null)
  const own = spender === null ? 0 : usedBy(book, spender)
  if (spender !== null && isOver(userDaily, own)) {
    return refuse('user_daily', userDaily, tomorrow(now))
  }
  if (isOver(daily, book.day + book.reserved)) return refuse('daily', daily, tomorrow(now))
  if (isOver(monthly, book.month + book.reserved)) return refuse('monthly', monthly, nextMonth(now))
  return undefined
}

const usedBy = ({ spenders, reservedBy }: Book, spender: string) =>
  (spenders.get(spender) ?? 0) + (reservedBy.get(spender) ?? 0)

const tomorrow = (now: Date) =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1))

const nextMonth = (now: Date) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1))

/** @param spent What the call did cost; 0 for one that was not made. */
export function settle(book: Book, id: string, spent: number, now: Date): Reservation | undefined {
  turnPage(book, now)
  const reservation = book.open.get(id)
  if (!reservation) return undefined
  const { spender, microDollars } = reservation
  book.open.delete(id)
  hold(book, spender, -microDollars)
  book.day += spent
  book.month += spent
  if (spender !== null) book.spenders.set(spender, (book.spenders.get(spender) ?? 0) + spent)
  return reservation
}

/** Lets go of what was never settled: whoever reserved it is gone. @returns their ids */
export function expire(book: Book, now: Date): string[] {
  const due = [...book.open].filter(([, { expiresAt }]) => expiresAt <= now.getTime())
  for (const [id, { spender, microDollars }] of due) {
    book.open.delete(id)
    hold(book, spender, -microDollars)
  }
  return due.map(([id]) => id)
}

function hold(book: Book, spender: string | null, by: number): void {
  book.reserved += by
  if (spender === null) return
  const left = (book.reservedBy.get(spender) ?? 0) + by
  if (left === 0) book.reservedBy.delete(spender)
  else book.reservedBy.set(spender, left)
}

export interface Spent {
  /** The day it was read for. */
  today: string
  day: number
  month: number
  spenders: Readonly<Record<string, number>>
}

/**
 * Takes over what the ledger knows more of: calls from before there was a limit, and those whose
 * settling was lost. The ledger lags behind, so it never takes anything back.
 */
export function learn(book: Book, ledger: Spent, now: Date): void {
  turnPage(book, now)
  if (ledger.today !== book.today) return
  book.day = Math.max(book.day, ledger.day)
  book.month = Math.max(book.month, ledger.month)
  for (const [spender, spent] of Object.entries(ledger.spenders)) {
    book.spenders.set(spender, Math.max(book.spenders.get(spender) ?? 0, spent))
  }
}

export interface Alert {
  limit: 'daily' | 'monthly'
  /** The highest that was passed. */
  percent: (typeof THRESHOLDS)[number]
}

/** What must be told now, each once in its period. 100 also when a call was refused. */
export function alertsOf(book: Book, limits: Limits, refused?: LimitName): Alert[] {
  const spent = { daily: book.day, monthly: book.month }
  return (['daily', 'monthly'] as const).flatMap((limit) => {
    const most = limits[limit]
    if (most === null) return []
    const share = refused === limit || most === 0 ? 100 : (spent[limit] / most) * 100
    const percent = THRESHOLDS.findLast((threshold) => share >= threshold)
    if (percent === undefined || percent <= book.told[limit]) return []
    book.told[limit] = percent
    return [{ limit, percent }]
  })
}
