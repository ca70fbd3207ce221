/**
 * After PROVIDER_KEK was changed: every tenant's data key is wrapped anew. While no earlier value is
 * kept in PROVIDER_KEK_PREVIOUS there is nothing to do, and the database is not asked.
 */
import type { Log } from '../../shared/log.ts'
import { rewrapDek } from './envelope.ts'
import { type KekEnv, type KeyContext, keksOf } from './service.ts'
import { findDek, selectStaleDeks, type StoreContext, updateWrapping } from './store.ts'

/** Data keys per tick. */
const BATCH = 100

interface Rotation {
  env: KekEnv & StoreContext['env']
  log: Log
  contextOf: (tenantId: string) => KeyContext
}

/** @returns how many data keys were wrapped anew */
export async function rewrapDataKeys({ env, log, contextOf }: Rotation): Promise<number> {
  const [current, ...previous] = await keksOf(env)
  if (!current || previous.length === 0) return 0
  let done = 0
  for (const { tenantId, id } of await selectStaleDeks(env, current.kid, BATCH)) {
    const ctx = contextOf(tenantId)
    const row = await findDek(ctx, id)
    const from = previous.find(({ kid }) => kid === row?.kid)
    if (!row || !from) {
      log.error('a data key is wrapped with a KEK that is not there', { id, kid: row?.kid })
      continue
    }
    const wrapped = await rewrapDek(from, current, row.wrapped)
    await updateWrapping(ctx, { id, kid: current.kid, wrapped }, from.kid)
    done++
  }
  if (done > 0) log.info('data keys were wrapped anew', { done })
  return done
}
