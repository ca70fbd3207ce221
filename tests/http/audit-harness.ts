/** An audit log for tests: a database, contexts that write to it, and the owner's look at a chain. */
import { connect } from '../../operations/database/connection.ts'
import { withTenant } from '../../shared/database.ts'
import {
  type ChainRow,
  compareHead,
  followChain,
  GENESIS,
  isFault,
} from '../../workers/audit/chain.ts'
import { type AuditDetails, auditEntry } from '../../workers/audit/service.ts'
import { startContext } from '../unit/shared/service-context.ts'
import { openDatabase } from './database.ts'
import { createMetricsEnv } from './metrics-env.ts'

type Row = Record<string, unknown>

export const resource = { type: 'flag', id: 'new_greeting' }

export async function startAudit() {
  const database = await openDatabase()
  const owner = connect(database.owner)
  /** What went into the queue `audit`. */
  const sent: unknown[] = []
  const env = {
    DATABASE_URL: database.url('app_user'),
    DATABASE_HTTP_URL: database.neon.httpUrl,
    ...createMetricsEnv().settings,
    AUDIT_EVENTS: { send: async (message: unknown) => void sent.push(message) },
  }
  const contextOf = (tenant: string) => startContext(env, tenant)

  /** As the owner: a superuser on PGlite, bound by row-level security on a real server. */
  async function inTenant(tenant: string, statement: string, values: unknown[] = []) {
    const [, rows] = await owner.transaction([
      owner.query(`select set_config('app.tenant_id', $1, true)`, [tenant]),
      owner.query(statement, values),
    ])
    return rows as Row[]
  }

  async function readChain(tenant: string): Promise<ChainRow[]> {
    const at = `to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
    const statement = `select seq::int as seq, ${at} as at, body, prev, hash
      from audit_log where tenant_id = $1 order by seq`
    return (await inTenant(tenant, statement, [tenant])) as unknown as ChainRow[]
  }

  return {
    database,
    owner,
    env,
    sent,
    contextOf,
    inTenant,
    readChain,

    async append(tenant: string, details: AuditDetails = { resource }) {
      const { ctx } = contextOf(tenant)
      await withTenant(ctx).batch((tx) => [tx.execute(auditEntry(ctx, 'flag.change', details))])
    },

    /** The first fault of a whole chain, or where it ends and how many rows it has. */
    async verdict(tenant: string) {
      const rows = await readChain(tenant)
      const outcome = await followChain(tenant, GENESIS, rows)
      if (isFault(outcome)) return outcome
      const statement = 'select seq::int as seq, hash from audit_head where tenant_id = $1'
      const [head] = await inTenant(tenant, statement, [tenant])
      const fault = compareHead(outcome, head as unknown as ChainRow)
      return fault ?? { ...outcome, length: rows.length }
    },

    close: () => database.close(),
  }
}

export type TestAudit = Awaited<ReturnType<typeof startAudit>>
