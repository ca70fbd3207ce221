/**
 * Keeps what the isolates counted: the shell around shared/metrics-series.ts. A batch is one row on
 * disk before it is acknowledged; an alarm folds the rows into a snapshot. Nothing is decided here.
 */
import { DurableObject } from 'cloudflare:workers'
import { reporterOf } from '../shared/error-queue.ts'
import { pushTo } from '../shared/log-push.ts'
import { createLog } from '../shared/log.ts'
import { type Reading, readSeries } from '../shared/metrics-exposition.ts'
import {
  applyBatch,
  type Batch,
  emptySeries,
  expireSeries,
  judgeBatch,
  type Series,
  type Verdict,
} from '../shared/metrics-series.ts'
import { packSeries, unpackSeries } from '../shared/metrics-snapshot.ts'
import { KEPT, type Mark, type Totals, totalsOf } from '../shared/traffic.ts'

/** Milliseconds from the first batch to the snapshot that takes it in. */
const FOLD_MS = 10_000

export class MetricsShard extends DurableObject<IdentityEnv> {
  readonly #series: Series
  /** When the next snapshot is due; 0 while nothing waits for one. */
  #foldAt = 0

  constructor(state: DurableObjectState, env: IdentityEnv) {
    super(state, env)
    const { sql } = state.storage
    sql.exec('create table if not exists wal (id integer primary key, at integer, body text)')
    sql.exec('create table if not exists snapshot (part integer primary key, body text)')
    sql.exec('create table if not exists seen (isolate text primary key, seq integer, at integer)')
    sql.exec('create table if not exists marks (minute integer primary key, body text)')
    this.#series = this.#load()
    this.#schedule(Date.now())
  }

  /** Counts a batch, once however often it is sent; it is on disk when this is answered. */
  add(batch: Batch): Verdict {
    const now = Date.now()
    if (judgeBatch(this.#series, batch, now) === 'applied') this.#write(batch, now)
    return applyBatch(this.#series, batch, now)
  }

  read(): Reading {
    return readSeries(this.#series, Date.now())
  }

  /** What had been counted when the minutes since `from` ended, and before it once. Ascending. */
  marks(from: number): Mark[] {
    const after = 'select max(minute) from marks where minute <= ?'
    const rows = this.ctx.storage.sql.exec<{ minute: number; body: string }>(
      `select * from marks where minute >= coalesce((${after}), ?) order by minute`,
      from,
      from,
    )
    return Array.from(rows, ({ minute, body }) => markOf(minute, body))
  }

  override alarm(): void {
    try {
      this.#fold()
    } catch (error) {
      const waitUntil = (work: Promise<unknown>) => this.ctx.waitUntil(work)
      const reporter = reporterOf(this.env, { waitUntil })
      const forward = pushTo(this.env, 'identity', waitUntil)
      const log = createLog({ reporter, forward }, { worker: 'identity' })
      log.error('metrics were not folded', { error })
      throw error
    }
  }

  #fold(): void {
    const now = Date.now()
    this.#foldAt = 0
    expireSeries(this.#series, now)
    const { sql } = this.ctx.storage
    this.ctx.storage.transactionSync(() => {
      for (const table of ['snapshot', 'seen', 'wal']) sql.exec(`delete from ${table}`)
      for (const [part, body] of packSeries(this.#series).entries()) {
        sql.exec('insert into snapshot (part, body) values (?, ?)', part, body)
      }
      for (const [isolate, { seq, at }] of this.#series.seen) {
        sql.exec('insert into seen (isolate, seq, at) values (?, ?, ?)', isolate, seq, at)
      }
      this.#mark(Math.floor(now / 60_000))
    })
  }

  /** The last of a minute stands. Of what is old, the last of each hour is kept a while longer. */
  #mark(minute: number): void {
    const { sql } = this.ctx.storage
    const body = JSON.stringify(totalsOf(this.#series))
    sql.exec('insert or replace into marks (minute, body) values (?, ?)', minute, body)
    const lasts = 'select max(minute) from marks group by minute / 60'
    sql.exec(
      `delete from marks where minute < ? and minute not in (${lasts})`,
      minute - KEPT.minutes,
    )
    sql.exec('delete from marks where minute < ?', minute - KEPT.hours)
  }

  #write(batch: Batch, now: number): void {
    const body = JSON.stringify(batch)
    this.ctx.storage.sql.exec('insert into wal (at, body) values (?, ?)', now, body)
    this.#schedule(now)
  }

  /** Sets the alarm anew when the last one is long due: it was lost, or failed for good. */
  #schedule(now: number): void {
    if (now < this.#foldAt + FOLD_MS) return
    this.#foldAt = now + FOLD_MS
    void this.ctx.storage.setAlarm(this.#foldAt)
  }

  /** The snapshot, and what came after it in the order it came. */
  #load(): Series {
    const { sql } = this.ctx.storage
    const parts = sql.exec<{ body: string }>('select body from snapshot order by part').toArray()
    const seen = sql.exec<{ isolate: string; seq: number; at: number }>('select * from seen')
    const series = parts.length > 0 ? unpackSeries(parts.map(({ body }) => body)) : emptySeries()
    for (const { isolate, seq, at } of seen) series.seen.set(isolate, { seq, at })
    const rows = sql.exec<{ at: number; body: string }>('select at, body from wal order by id')
    for (const { at, body } of rows) applyBatch(series, batchOf(body), at)
    return series
  }
}

/** Safe: only the alarm writes these rows. */
function markOf(minute: number, body: string): Mark {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return { minute, ...(JSON.parse(body) as Totals) }
}

/** Safe: only `add` writes these rows. */
function batchOf(body: string): Batch {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return JSON.parse(body) as Batch
}
