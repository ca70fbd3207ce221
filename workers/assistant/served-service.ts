/**
 * Which assistant answers a new conversation, and in which version: the newest, unless the assistant
 * names a flag, whose value for the caller decides then. Reading the flag tells its exposure.
 */
import { ProblemError } from '../../shared/errors.ts'
import { flagsOf, type FlagReadContext } from '../flags/client-service.ts'
import { type AssistantContent, MOST_ASSISTANTS } from './assistant-schemas.ts'
import {
  type AssistantRow,
  findAssistant,
  findVersion,
  selectAssistants,
} from './assistant-store.ts'
import type { StoreContext } from './store.ts'

export interface Served {
  assistantId: string
  version: number
  content: AssistantContent
}

type ServeContext = StoreContext & FlagReadContext

/**
 * @param named An id or a slug; undefined: the tenant's default assistant.
 * @returns undefined when none is named and the tenant has no default one: ours answers
 * @throws ProblemError not_found; conflict for an archived one
 */
export async function serveAssistant(
  ctx: ServeContext,
  named: string | undefined,
): Promise<Served | undefined> {
  const row = await (named === undefined ? findAssistant(ctx, named) : getNamed(ctx, named))
  if (!row) return undefined
  if (row.archivedAt !== null) {
    const detail = 'This assistant is archived and begins no new conversation. Choose another.'
    throw new ProblemError('conflict', detail, { errors: [fieldOf('is archived')] })
  }
  const { id: assistantId, version, content } = row
  return (await chosenBy(ctx, row)) ?? { assistantId, version, content }
}

/** @throws ProblemError not_found */
export async function getNamed(ctx: StoreContext, named: string): Promise<AssistantRow> {
  const row = await findAssistant(ctx, named)
  if (row) return row
  const detail = 'This tenant has no such assistant; GET /api/assistants lists those it has.'
  throw new ProblemError('not_found', detail, { errors: [fieldOf('is no assistant of yours')] })
}

export const fieldOf = (detail: string) => ({ in: 'json', pointer: '/assistant', detail })

/** @returns undefined when the newest version is to be served */
async function chosenBy(
  ctx: ServeContext,
  { id: assistantId, version: newest, flag }: AssistantRow,
): Promise<Served | undefined> {
  if (flag === null) return undefined
  const value = (await flagsOf(ctx)).getObjectValue(flag, null)
  const version = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
  if (version === null || version === 'published' || version === newest) return undefined
  const isNumber = typeof version === 'number' && Number.isInteger(version) && version < 2 ** 31
  const found = isNumber ? await findVersion(ctx, assistantId, version) : undefined
  if (found) return { assistantId, version: found.version, content: found.content }
  ctx.log.warn('the flag names no version of the assistant, the newest is served', {
    assistant_id: assistantId,
    flag,
  })
  return undefined
}

/** Slugs of the assistants the caller may name. */
export async function assistantNames(ctx: StoreContext): Promise<string[]> {
  const rows = await selectAssistants(ctx, { limit: MOST_ASSISTANTS, archived: 'false' })
  return rows.map(({ slug }) => slug)
}
