/**
 * What somebody can reach: the knowledge bases asked for, their versions, and the labels by which this
 * reader may see more than everybody does. One statement, made anew for each question: who leaves a
 * team has left it at the next one.
 */
import { sql } from 'drizzle-orm'
import type { Actor, WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, withTenant } from '../../shared/database.ts'

export interface ReachedBase {
  id: string
  /** Grows with every change of what can be found in it. */
  version: number
  chunks: number
  /** Asked only by name, by who may change it. */
  draft: boolean
  /** Its own embedding model; null: the platform's. */
  model: string | null
}

export interface Reach {
  bases: ReachedBase[]
  /** Labels in use on documents of the tenant that this reader has. */
  labels: string[]
  /** Whether any document of the tenant has health data. */
  hasPhi: boolean
  /** Lengths of vectors for which the tenant has an index of its own. */
  indexed: number[]
}

export type ReachContext = WithEnv<DatabaseEnv> & { readonly actor: Actor }

/** @param kbIds Undefined: all of the tenant but drafts. Those that are not there are left out. */
export async function findReach(
  ctx: ReachContext,
  kbIds: readonly string[] | undefined,
): Promise<Reach> {
  const { tenantId, actor } = ctx
  const userId = actor.type === 'user' ? actor.userId : null
  const wanted = kbIds ? JSON.stringify(kbIds) : null
  const [{ rows }] = await withTenant(ctx).batch((tx) => [
    tx.execute<Pick<Reach, keyof Reach>>(sql`
with mine as (
  select 'user:' || ${userId}::text as label where ${userId}::text is not null
  union all select 'role:' || role from users where tenant_id = ${tenantId} and id = ${userId}::text
  union all select 'group:' || team_id from team_members
  where tenant_id = ${tenantId} and user_id = ${userId}::text
), limited as (
  select acl, phi from kb_documents where tenant_id = ${tenantId} and (acl is not null or phi)
)
select (
  select coalesce(json_agg(json_build_object('id', s.kb_id, 'version', s.version, 'chunks', s.chunks,
    'draft', b.draft, 'model', b.embedding_model) order by s.kb_id), '[]')
  from kb_stat s join knowledge_bases b on b.tenant_id = ${tenantId} and b.id = s.kb_id
  where s.tenant_id = ${tenantId} and (${wanted}::jsonb is null and not b.draft
    or s.kb_id in (select jsonb_array_elements_text(${wanted}::jsonb)))
) as bases, (
  select coalesce(json_agg(label order by label), '[]') from mine
  where exists (select from limited where acl @> array[label])
) as labels, exists (select from limited where phi) as "hasPhi", (
  select coalesce(json_agg(split_part(c.relname, '_', 4)::int), '[]')
  from pg_class c join pg_index i on i.indexrelid = c.oid and i.indisvalid
  where c.relname like 'kb\\_vec\\_hnsw\\_%' and split_part(c.relname, '_', 5) = md5(${tenantId})
) as indexed`),
  ])
  const [row] = rows
  return row ?? { bases: [], labels: [], hasPhi: false, indexed: [] }
}
