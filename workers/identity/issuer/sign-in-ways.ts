/**
 * The ways an account can be signed in to: a password, passkeys, accounts elsewhere. One of them is
 * always left. That is decided with the account locked, so it holds for any number of calls at once.
 */
import { type SQL, sql } from 'drizzle-orm'
import type { CallerContext } from './caller.ts'
import { authDatabaseOf } from './database.ts'
import { providersOf } from './providers.ts'
import { refusing } from './refusal.ts'

/**
 * @param removal A `delete … returning`
 * @param audited Column of the record, appended when something was removed
 * @returns whether there was anything to remove
 * @throws ProblemError conflict when it is the last one; then it stays
 */
export async function removeWay(
  ctx: CallerContext,
  userId: string,
  removal: SQL,
  audited: SQL<number>,
): Promise<boolean> {
  const db = authDatabaseOf(ctx.env)
  const [, removed] = await refusing(
    db.batch([
      db.execute(sql`select from auth.users where id = ${userId} for update`),
      db.execute(sql`with gone as (${removal}) select ${audited} from gone`),
      db.execute(sql`select auth.refuse('last_way') where not exists (${waysOf(ctx, userId)})`),
    ]),
  )
  return removed.rowCount > 0
}

/** An account at a provider that is not offered any more opens nothing. */
function waysOf({ env }: CallerContext, userId: string): SQL {
  const offered = JSON.stringify(providersOf(env).map(({ id }) => id))
  return sql`
    select from auth.passkeys p where p.user_id = ${userId} union all
    select from auth.accounts a where a.user_id = ${userId} and (a.password is not null
      or a.provider_id in (select json_array_elements_text(${offered}::json)))`
}
