/**
 * Embedded databases that the test files of one process use one after another: to empty one takes a
 * tenth of what starting one does. A database whose schema, roles or settings a file changed is not
 * used again.
 */
import { readFile } from 'node:fs/promises'
import { inject } from 'vitest'
import type { Backend } from '../../local/postgres/backend.ts'
import { query } from '../../local/postgres/messages.ts'
import { SUPERUSER } from '../../local/postgres/pglite-session.ts'
import { startPglite } from '../../local/postgres/pglite.ts'
import { readResults } from '../../local/postgres/replies.ts'

interface Pooled {
  backend: Backend
  /** What its catalogs were like when it was new. */
  mark: string
}

const idle: Pooled[] = []

/** A migrated database without rows; `close` gives it back. */
export async function takeDatabase(): Promise<Backend> {
  const pooled = idle.pop() ?? (await start())
  return { ...pooled.backend, close: () => giveBack(pooled) }
}

async function start(): Promise<Pooled> {
  const backend = await startPglite({ dump: await readFile(inject('databaseDump')) })
  return { backend, mark: await markOf(backend) }
}

async function giveBack(pooled: Pooled): Promise<void> {
  await run(pooled.backend, EMPTY)
  if ((await markOf(pooled.backend)) === pooled.mark) idle.push(pooled)
  else await pooled.backend.close()
}

async function markOf(backend: Backend): Promise<string> {
  const rows = (await run(backend, MARK)).flatMap((result) => result.rows)
  return JSON.stringify(rows)
}

const run = (backend: Backend, sql: string) =>
  backend.withSession({ role: SUPERUSER, password: '' }, async (exchange) =>
    readResults(await exchange(query(sql))),
  )

/** As a replica, for there are tables that nobody else may empty. */
const EMPTY = `begin; set local session_replication_role = replica;
  do $$ declare name text; has_rows boolean; filled text[] := '{}';
  begin
    for name in select format('%I.%I', schemaname, tablename) from pg_tables
        where schemaname in ('public', 'auth') and tablename <> 'migrations' loop
      execute 'select exists (select from ' || name || ')' into has_rows;
      if has_rows then filled := filled || name; end if;
    end loop;
    if filled <> '{}' then
      execute 'truncate ' || array_to_string(filled, ', ') || ' restart identity cascade';
    end if;
  end $$; commit`

/** A row that changes gets a newer xmin, one that goes changes the count. */
const MARK = `
  select count(*), max(xmin::text::bigint) from pg_proc
  union all select count(*), max(xmin::text::bigint) from pg_trigger
  union all select count(*), max(xmin::text::bigint) from pg_policy
  union all select count(*), max(xmin::text::bigint) from pg_constraint
  union all select count(*), max(xmin::text::bigint) from pg_attribute
  union all select count(*), max(xmin::text::bigint) from pg_namespace
  union all select count(*), max(xmin::text::bigint) from pg_authid
  union all select count(*), max(xmin::text::bigint) from pg_auth_members
  union all select count(*), max(xmin::text::bigint) from pg_db_role_setting
  union all select count(*), max(xmin::text::bigint) from public.migrations
  union all select count(*), sum(coalesce(length(relacl::text), 0)) from pg_class`
