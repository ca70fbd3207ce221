/**
 * Statements to the database and results back, as JSON of Neon's form with every value as the text
 * Postgres wrote. A batch goes out in one piece between BEGIN and COMMIT under one Sync, so the
 * first error skips all that follows.
 */
import type { Exchange } from '../postgres/backend.ts'
import { query, statement, sync } from '../postgres/messages.ts'
import { readResults, readStatus, type StatementResult } from '../postgres/replies.ts'
import type { SqlRequest, SqlStatement } from './sql-request.ts'

/** @throws PostgresError what the database refused; nothing of a batch has happened then */
export async function runSql(exchange: Exchange, { statements, begin }: SqlRequest) {
  const messages = statements.map(({ sql, parameters }) => statement(sql, parameters))
  if (begin === undefined) {
    const results = readResults(await exchange(Buffer.concat([...messages, sync])))
    return toNeon(results[0], statements[0])
  }
  const batch = Buffer.concat([statement(begin), ...messages, statement('commit'), sync])
  const answer = await exchange(batch)
  if (readStatus(answer) !== 'I') await exchange(query('rollback'))
  const results = readResults(answer).slice(1, -1)
  return { results: results.map((result, index) => toNeon(result, statements[index])) }
}

function toNeon(result: StatementResult | undefined, sql: SqlStatement | undefined) {
  const { fields, rows, tag } = result ?? { fields: [], rows: [], tag: '' }
  const names = fields.map(({ name }) => name)
  const arrayMode = sql?.arrayMode ?? false
  return {
    fields,
    command: tag.split(' ')[0],
    rowCount: countOf(tag),
    rows: arrayMode ? rows : rows.map((row) => toObject(names, row)),
    rowAsArray: arrayMode,
  }
}

/** The number that ends a tag (`INSERT 0 5`, `SELECT 3`); null where there is none (`BEGIN`). */
function countOf(tag: string): number | null {
  const count = /\d+$/.exec(tag)?.[0]
  return count === undefined ? null : Number(count)
}

const toObject = (names: readonly string[], row: readonly (string | null)[]) =>
  Object.fromEntries(names.map((name, index) => [name, row[index] ?? null]))
