/**
 * Says so when the database stops answering: the embedded one may run out of memory, a real one
 * may be stopped. The Workers meanwhile answer 503; nothing here tries to repair it.
 */
import { connect, type Target } from '../../operations/database/connection.ts'

const INTERVAL_MS = 10_000

/** @returns a function that ends it */
export function watchDatabase(target: Target, report: (line: string) => void): () => void {
  const sql = connect(target)
  let wasDown = false
  const look = async () => {
    const outcome = await sql.query('select 1').then(
      () => '',
      (error: Error) => error.message,
    )
    if (outcome && !wasDown) {
      report(
        `The database does not answer (${outcome}). What it acknowledged is on disk: start again.`,
      )
    }
    if (!outcome && wasDown) report('The database answers again.')
    wasDown = outcome !== ''
  }
  const timer = setInterval(() => void look(), INTERVAL_MS)
  return () => clearInterval(timer)
}
