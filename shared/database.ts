/**
 * Postgres over HTTP. Tenant tables are reached through `withTenant` and in no other way: one
 * batch, one round trip, one transaction, which first tells Postgres whose rows it may see.
 * Row-level security then holds even where a statement forgets its own tenant filter.
 */
import { NeonDbError, neon, neonConfig } from '@neondatabase/serverless'
import { type SQL, sql } from 'drizzle-orm'
import type { BatchItem, BatchResponse } from 'drizzle-orm/batch'
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http'
import type { WithEnv } from './context.ts'
import { ProblemError } from './errors.ts'
import type { MetricsEnv } from './metrics.ts'
import { calledAs, countQueries } from './sql-fetch.ts'

export interface DatabaseEnv extends MetricsEnv {
  readonly DATABASE_URL: string
  /** SQL-over-HTTP endpoint in place of Neon's own; empty for Neon. */
  readonly DATABASE_HTTP_URL: string
}

/** What a statement is built with. Statements run when their batch does, never by themselves. */
export type Tx = Pick<
  NeonHttpDatabase,
  'select' | 'insert' | 'update' | 'delete' | 'execute' | 'with' | '$with'
>

type Statements = readonly [BatchItem<'pg'>, ...BatchItem<'pg'>[]]

const databases = new Map<string, NeonHttpDatabase>()

export function withTenant({ env, tenantId }: WithEnv<DatabaseEnv>) {
  return {
    /**
     * Runs the statements `build` returns, all or none; answers with their results in order.
     *
     * @throws ProblemError dependency_down when the database cannot be reached
     */
    async batch<S extends Statements>(build: (tx: Tx) => S): Promise<BatchResponse<S>> {
      const db = databaseOf(env)
      const scope = db.execute(
        sql`select ${bound(env)}, set_config('app.tenant_id', ${tenantId}, true)`,
      )
      const results = await holding(env, db.batch([scope, ...build(db)]))
      return withoutFirst<S>(results)
    },
  }
}

/**
 * Calls one of the SECURITY DEFINER functions that precede or cross tenants (migrations/ has the
 * list; each answers with ids and counts only).
 *
 * @throws ProblemError dependency_down when the database cannot be reached
 */
export async function callAcrossTenants<Row extends Record<string, unknown>>(
  env: DatabaseEnv,
  call: SQL,
): Promise<Row[]> {
  const db = databaseOf(env)
  const query = db.execute<Row>(call)
  if (held.has(env.DATABASE_URL)) return (await reaching(query)).rows
  const [, { rows }] = await holding(env, db.batch([db.execute(sql`select ${bound(env)}`), query]))
  return rows
}

interface AuthEnv extends Omit<DatabaseEnv, 'DATABASE_URL'> {
  readonly AUTH_DATABASE_URL: string
}

/** For `callAcrossTenants` in the identity Worker, which has the connection of auth_user only. */
export const asAuthUser = (env: AuthEnv): DatabaseEnv => {
  const { AUTH_DATABASE_URL, DATABASE_HTTP_URL } = env
  const { METRICS, METRICS_SHARDS, METRICS_FLUSH_MS, ENABLE_METRICS } = env
  const metrics = { METRICS, METRICS_SHARDS, METRICS_FLUSH_MS, ENABLE_METRICS }
  return { DATABASE_URL: AUTH_DATABASE_URL, DATABASE_HTTP_URL, ...metrics }
}

/** Connection strings whose role was looked at in this isolate. */
const held = new Set<string>()

/** SQLSTATE of the function assert_bound (migrations/0007_tenants.sql). */
const UNBOUND = 'VA500'

/**
 * The first transaction of an isolate begins by asking whether row-level security binds its role at
 * all, in the statement that comes first anyway: so it costs no round trip, and where the answer is
 * no the transaction ends before it has seen a row.
 */
const bound = ({ DATABASE_URL }: DatabaseEnv) =>
  held.has(DATABASE_URL) ? sql`null` : sql`assert_bound()`

/** @throws ProblemError misconfigured when the role could see every tenant's rows */
async function holding<Result>(env: DatabaseEnv, call: PromiseLike<Result>): Promise<Result> {
  try {
    const result = await reaching(call)
    held.add(env.DATABASE_URL)
    return result
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error
    if (!(cause instanceof NeonDbError) || cause.code !== UNBOUND) throw error
    const detail =
      'DATABASE_URL names a role that row-level security does not bind: use app_user, as the migrations make it.'
    throw new ProblemError('misconfigured', detail, { cause })
  }
}

/**
 * What `call` to the database answers; its own errors pass.
 *
 * @throws ProblemError dependency_down when the database cannot be reached
 */
export async function reaching<Result>(call: PromiseLike<Result>): Promise<Result> {
  try {
    return await call
  } catch (error) {
    const cause = error instanceof Error && error.cause ? error.cause : error
    throw isUnreachable(cause) ? unreachable(cause) : error
  }
}

/** Whether Postgres refused a second of what may be there once: SQLSTATE unique_violation. */
export const isTaken = (error: unknown): boolean => isRefusal(error, '23505')

/** Whether Postgres refused with this SQLSTATE. */
export function isRefusal(error: unknown, code: string): boolean {
  const cause = error instanceof Error && error.cause ? error.cause : error
  return cause instanceof NeonDbError && cause.code === code
}

/** Whether a row that must be there first is not: SQLSTATE foreign_key_violation. */
export const isOrphan = (error: unknown): boolean => sqlStateOf(error) === '23503'

/** Why Postgres refused a statement, in five characters; undefined when it was something else that failed. */
export function sqlStateOf(error: unknown): string | undefined {
  const cause = error instanceof Error && error.cause ? error.cause : error
  return cause instanceof NeonDbError ? cause.code : undefined
}

/** One client per connection string: Neon's endpoint is a setting of the driver, not of a client. */
function databaseOf(env: DatabaseEnv): NeonHttpDatabase {
  const { DATABASE_URL, DATABASE_HTTP_URL } = env
  countQueries(env, DATABASE_URL)
  const known = databases.get(DATABASE_URL)
  if (known) return known
  if (DATABASE_HTTP_URL) neonConfig.fetchEndpoint = DATABASE_HTTP_URL
  const db = drizzle(neon(DATABASE_URL, calledAs(DATABASE_URL)), { casing: 'snake_case' })
  databases.set(DATABASE_URL, db)
  return db
}

/** Safe: drizzle answers a batch with one result per statement, in the order given. */
function withoutFirst<S extends Statements>(results: unknown[]): BatchResponse<S> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return results.slice(1) as BatchResponse<S>
}

/** Without an SQLSTATE the error is not Postgres's answer: the call itself failed. */
const isUnreachable = (error: unknown) => error instanceof NeonDbError && !error.code

const unreachable = (cause: unknown) =>
  new ProblemError('dependency_down', 'The database does not answer. Try again shortly.', {
    cause,
    retryAfterSeconds: 5,
  })
