/**
 * `npm run audit:verify -- [--local] [--tenant ID] [--checkpoints FOLDER] [--keys FILE]`: is every
 * entry still what was written? Works on the database named by MIGRATION_DATABASE_URL, or with
 * --local on the running local stack. Ends with 1 at a broken log, with 2 when it cannot tell.
 */
import { parseArgs } from 'node:util'
import { readKeys } from './audit/read.ts'
import { lineOf, verifyLogs } from './audit/verify.ts'
import { connect } from './database/connection.ts'
import { targetOf } from './database/target.ts'

const { values } = parseArgs({
  options: {
    local: { type: 'boolean', default: false },
    tenant: { type: 'string' },
    /** A copy of the R2 bucket of checkpoints. */
    checkpoints: { type: 'string' },
    /** Public keys as JWKS, kept from an earlier day. */
    keys: { type: 'string' },
  },
})

try {
  const sql = connect(await targetOf(values))
  const keys = values.keys ? await readKeys(values.keys) : undefined
  if (!values.checkpoints) {
    console.log(
      'Without --checkpoints FOLDER a log that was written anew as a whole is not noticed.',
    )
  } else if (!keys) {
    console.log(
      'Without --keys FILE the keys are the database’s, which its administrators can replace.',
    )
  }
  let broken = 0
  for await (const { tenant, verdict } of verifyLogs(sql, { ...values, keys }, values.tenant)) {
    console.log(lineOf(tenant, verdict))
    if (verdict.type === 'broken') broken++
  }
  process.exitCode = broken > 0 ? 1 : 0
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
