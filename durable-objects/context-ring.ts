/** The last contexts that an environment's flags were evaluated for, in the hub's own table. */

/** As many are kept. */
const MOST = 1000

/** Milliseconds a context is kept at most. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000

export class ContextRing {
  readonly #sql: SqlStorage
  #isMade = false

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** @param at Milliseconds since 1970 */
  add(contexts: readonly string[], at: number): void {
    this.#make()
    for (const text of contexts.slice(-MOST)) {
      this.#sql.exec('insert into contexts (at, text) values (?, ?)', at, text)
    }
    this.#sql.exec(
      'delete from contexts where at < ? or id <= (select max(id) from contexts) - ?',
      at - KEPT_MS,
      MOST,
    )
  }

  newest(now: number): string[] {
    this.#make()
    const rows = this.#sql.exec<{ text: string }>(
      'select text from contexts where at >= ? order by id desc',
      now - KEPT_MS,
    )
    return [...rows].map(({ text }) => text)
  }

  /** Those whose targeting key, or `id`, it is. @returns how many there were */
  forget(unit: string): number {
    this.#make()
    const gone = this.#sql.exec(
      `delete from contexts where text ->> '$.targetingKey' = ?1 or text ->> '$.id' = ?1 returning id`,
      unit,
    )
    return [...gone].length
  }

  clear(): void {
    this.#make()
    this.#sql.exec('delete from contexts')
  }

  /** Most hubs have none: the table is made with the first. */
  #make(): void {
    if (this.#isMade) return
    this.#sql.exec(
      'create table if not exists contexts (id integer primary key autoincrement, at integer not null, text text not null)',
    )
    this.#isMade = true
  }
}
