/**
 * Keeps what the isolates counted: the shell around shared/metrics-series.ts. A batch is one row on
 * disk before it is acknowledged; an alarm folds the rows into a snapshot. Nothing is decided here.
 */
import { DurableObject } from 'cloudflare:workers'
import { reporterOf } from '../shared/error-queue.ts'
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

  override alarm(): void {
    try {
      this.#fold()
    } catch (error) {
      const reporter = reporterOf(this.env, { waitUntil: (work) => this.ctx.waitUntil(work) })
      createLog({ reporter }, { worker: 'identity' }).error('metrics were not folded', { error })
      throw error
    }
  }

  #fold(): void {
    this.#foldAt = 0
    expireSeries(this.#series, Date.now())
    const { sql } = this.ctx.storage
    this.ctx.storage.transactionSync(() => {
      for (const table of ['snapshot', 'seen', 'wal']) sql.exec(`delete from ${table}`)
      for (const [part, body] of packSeries(this.#series).entries()) {
        sql.exec('insert into snapshot (part, body) values (?, ?)', part, body)
      }
      for (const [isolate, { seq, at }] of this.#series.seen) {
        sql.exec('insert into seen (isolate, seq, at) values (?, ?, ?)', isolate, seq, at)
      }
    })
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

/** Safe: only `add` writes these rows. */
function batchOf(body: string): Batch {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return JSON.parse(body) as Batch
}
