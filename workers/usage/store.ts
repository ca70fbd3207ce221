/** SQL for the usage ledger. */
import { sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { type DatabaseEnv, withTenant } from '../../shared/database.ts'
import type { UsageMessage } from './schemas.ts'

export type StoreContext = WithEnv<DatabaseEnv>

/**
 * Writes calls of the context's tenant down, in one statement. What is there already is passed over,
 * and so is all of a tenant that is gone; somebody who has left is not named.
 */
export async function insertCalls(
  ctx: StoreContext,
  messages: readonly UsageMessage[],
): Promise<void> {
  const calls = messages.map(({ units, ...call }) => ({ ...call, ...units }))
  await withTenant(ctx).batch((tx) => [
    tx.execute(sql`
      insert into usage_ledger (tenant_id, id, at, provider, model, purpose, endpoint, user_id,
        key_id, subject_id, request_id, input, cached_input, output, audio_input, audio_output,
        audio_ms, characters, micro_dollars, price_version, estimated)
      select t.id, c.id, c.at, c.provider, c.model, c.purpose, c.endpoint, u.id, c."keyId",
        c."subjectId", c."requestId", c.input, c."cachedInput", c.output, c."audioInput",
        c."audioOutput", c."audioMs", c.characters, c."microDollars", c."priceVersion", c.estimated
      from json_to_recordset(${JSON.stringify(calls)}::json) as c (
        id uuid, at timestamptz, provider text, model text, purpose text, endpoint text,
        "userId" text, "keyId" text, "subjectId" text, "requestId" text, input integer,
        "cachedInput" integer, output integer, "audioInput" integer, "audioOutput" integer,
        "audioMs" integer, characters integer, "microDollars" bigint, "priceVersion" text,
        estimated boolean)
      join tenants t on t.id = ${ctx.tenantId}
      left join users u on u.tenant_id = t.id and u.id = c."userId"
      on conflict do nothing`),
  ])
}
