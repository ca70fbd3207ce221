/**
 * That a flag is asked for by name, and which variant it has: one row per flag, variant and day. An isolate
 * writes each once a day, several in one statement; what it could not write, the next request does.
 */
import type { DatabaseEnv } from '../../shared/database.ts'
import { insertSightings, type SightingRow } from './lifecycle-store.ts'
import type { StoreContext } from './snapshot-store.ts'

interface Notebook {
  /** What was written down, or is about to be. */
  readonly known: Set<string>
  /** By tenant. */
  readonly waiting: Map<string, SightingRow[]>
}

/** Then an isolate begins anew, and writes some things a second time. */
const MOST = 10_000

const notebooks = new WeakMap<DatabaseEnv, Notebook>()

/** Never throws, and waits for nothing. */
export function noteSighting(
  ctx: StoreContext,
  environment: string,
  flag: string,
  variant: string,
): void {
  const day = ctx.now().toISOString().slice(0, 10)
  const { known, waiting } = notebookOf(ctx.env)
  const key = `${day} ${ctx.tenantId} ${environment} ${flag} ${variant}`
  if (known.has(key)) return
  if (known.size >= MOST) known.clear()
  known.add(key)
  const row = { environment, flag, day, variant, key }
  const rows = waiting.get(ctx.tenantId)
  if (rows) return void rows.push(row)
  waiting.set(ctx.tenantId, [row])
  ctx.defer(write(ctx))
}

function notebookOf(env: DatabaseEnv): Notebook {
  const notebook = notebooks.get(env) ?? { known: new Set(), waiting: new Map() }
  notebooks.set(env, notebook)
  return notebook
}

/** What arrives while one statement is on its way goes with the next. */
async function write(ctx: StoreContext): Promise<void> {
  const { known, waiting } = notebookOf(ctx.env)
  for (let rows = waiting.get(ctx.tenantId); rows && rows.length > 0;) {
    waiting.set(ctx.tenantId, [])
    try {
      await insertSightings(ctx, rows)
    } catch (error) {
      for (const { key } of rows) known.delete(key)
      ctx.log.warn('sightings of flags were not written', { error })
    }
    rows = waiting.get(ctx.tenantId)
  }
  waiting.delete(ctx.tenantId)
}
