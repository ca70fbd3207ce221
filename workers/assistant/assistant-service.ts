/**
 * A tenant's own assistants: made, saved as versions, brought back, archived. Which version answers a
 * caller is served-service.ts.
 */
import { type FieldError, ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { type FlagContext, getFlag } from '../flags/service.ts'
import { hasBase } from '../knowledge/service.ts'
import {
  type Assistant,
  type AssistantChange,
  type AssistantContent,
  type AssistantOptions,
  type AssistantPage,
  type AssistantQuery,
  type AssistantRollback,
  type AssistantSave,
  type AssistantVersion,
  type AssistantVersionPage,
  MOST_ASSISTANTS,
  type NewAssistant,
  type OfferedAssistants,
  type VersionQuery,
} from './assistant-schemas.ts'
import * as store from './assistant-store.ts'
import { chainOf } from './model-chain.ts'
import type { AssistantContext } from './service.ts'
import { toolNames } from './tool-service.ts'

export type ManageContext = AssistantContext & FlagContext

export async function listAssistants(
  ctx: ManageContext,
  query: AssistantQuery,
): Promise<AssistantPage> {
  const rows = await store.selectAssistants(ctx, { ...query, limit: query.limit + 1 })
  const items = rows.slice(0, query.limit).map(toAssistant)
  return { items, next_cursor: rows.length > query.limit ? (items.at(-1)?.slug ?? null) : null }
}

/** What the caller may talk to: all that are not archived, for there are never many. */
export async function offerAssistants(ctx: ManageContext): Promise<OfferedAssistants> {
  const query = { limit: MOST_ASSISTANTS, archived: 'false' } as const
  const rows = await store.selectAssistants(ctx, query)
  return {
    items: rows.map(({ id, slug, isDefault, content: { name, greeting, language } }) => {
      return { id, slug, name, greeting, language, is_default: isDefault }
    }),
  }
}

export async function optionsOf(ctx: ManageContext): Promise<AssistantOptions> {
  const { env } = ctx
  const max_turns = Number(env.MAX_TURNS)
  return { tools: await toolNames(ctx), models: chainOf(env), max_turns }
}

/** @throws ProblemError not_found */
export async function getAssistant(ctx: ManageContext, id: string): Promise<Assistant> {
  const row = await store.findAssistant(ctx, id)
  if (!row) throw missing()
  return toAssistant(row)
}

/** @throws ProblemError invalid_fields; conflict for a slug in use, or when there are too many */
export async function createAssistant(ctx: ManageContext, asked: NewAssistant): Promise<Assistant> {
  await checkContent(ctx, asked.content)
  const id = newId(ctx.now())
  const outcome = await store.insertAssistant(ctx, { ...asked, id }, MOST_ASSISTANTS)
  if (outcome === 'made') return getAssistant(ctx, id)
  if (outcome === 'taken') throw taken()
  const detail = `There are ${MOST_ASSISTANTS} assistants already. Delete one first.`
  throw new ProblemError('conflict', detail)
}

/** As its next version. @throws ProblemError not_found, invalid_fields; conflict for another version */
export async function saveAssistant(
  ctx: ManageContext,
  id: string,
  { content, comment, version: after }: AssistantSave,
): Promise<Assistant> {
  await checkContent(ctx, content)
  const version = await store.insertVersion(ctx, id, { content, comment, after })
  const current = await getAssistant(ctx, id)
  if (version !== undefined) return current
  const detail = `You changed version ${after}, and it is at version ${current.version} by now: look at it and try again.`
  throw new ProblemError('conflict', detail, { members: { yours: after, current } })
}

/** The old content as a new version. @throws ProblemError not_found */
export async function rollBackAssistant(
  ctx: ManageContext,
  id: string,
  { version: restored, comment }: AssistantRollback,
): Promise<Assistant> {
  const content = { restored }
  if ((await store.insertVersion(ctx, id, { content, comment, after: undefined })) === undefined) {
    throw missing('version')
  }
  return getAssistant(ctx, id)
}

/** @throws ProblemError not_found, invalid_fields; conflict for a slug in use, or an archived default */
export async function changeAssistant(
  ctx: ManageContext,
  id: string,
  change: AssistantChange,
): Promise<Assistant> {
  if (change.flag) await checkFlag(ctx, change.flag)
  const { is_default: wasDefault, archived: wasArchived } = await getAssistant(ctx, id)
  const { is_default: isDefault = wasDefault, archived = wasArchived } = change
  if (isDefault && archived) {
    const detail =
      'An archived assistant cannot be the default: make another one the default first.'
    throw new ProblemError('conflict', detail)
  }
  const outcome = await store.updateAssistant(ctx, id, change)
  if (outcome === 'taken') throw taken()
  if (outcome === 'missing') throw missing()
  return getAssistant(ctx, id)
}

/** @throws ProblemError not_found; conflict unless it is archived */
export async function deleteAssistant(ctx: ManageContext, id: string): Promise<void> {
  const { archived } = await getAssistant(ctx, id)
  if (!archived) throw new ProblemError('conflict', 'Archive the assistant before you delete it.')
  if (!(await store.deleteAssistant(ctx, id))) throw missing()
}

/** Newest first. @throws ProblemError not_found */
export async function listVersions(
  ctx: ManageContext,
  id: string,
  query: VersionQuery,
): Promise<AssistantVersionPage> {
  const rows = await store.selectVersions(ctx, id, { ...query, limit: query.limit + 1 })
  if (rows.length === 0) await getAssistant(ctx, id)
  const items = rows.slice(0, query.limit).map(toVersion)
  const last = items.at(-1)
  return { items, next_cursor: rows.length > query.limit && last ? String(last.version) : null }
}

/** @throws ProblemError not_found */
export async function getVersion(
  ctx: ManageContext,
  id: string,
  version: number,
): Promise<AssistantVersion> {
  const row = await store.findVersion(ctx, id, version)
  if (!row) throw missing('version')
  return toVersion(row)
}

/** @throws ProblemError invalid_fields naming each field that this deployment or tenant has not */
async function checkContent(ctx: ManageContext, content: AssistantContent): Promise<void> {
  const { tools, knowledge_bases: bases, model, limits } = content
  const { MAX_TURNS, MAX_ANSWER_LENGTH } = ctx.env
  const [known, there] = await Promise.all([
    tools ? toolNames(ctx) : ([] as string[]),
    Promise.all((bases ?? []).map((id) => hasBase(ctx, id))),
  ])
  const wrong = [
    ...(tools ?? []).map((name, index) => ({
      pointer: `/tools/${index}`,
      detail: !known.includes(name) && `is no tool; there are ${known.join(', ')}`,
    })),
    ...there.map((isThere, index) => ({
      pointer: `/knowledge_bases/${index}`,
      detail: !isThere && 'is no knowledge base of yours',
    })),
    {
      pointer: '/model',
      detail:
        model !== null &&
        !chainOf(ctx.env).includes(model) &&
        `is none of ${chainOf(ctx.env).join(', ')}`,
    },
    { pointer: '/limits/max_turns', detail: over(limits.max_turns, MAX_TURNS) },
    {
      pointer: '/limits/max_answer_length',
      detail: over(limits.max_answer_length, MAX_ANSWER_LENGTH),
    },
  ]
  refuse(
    wrong.flatMap(({ pointer, detail }) =>
      detail ? [{ in: 'json', pointer: `/content${pointer}`, detail }] : [],
    ),
  )
}

const over = (asked: number | null, most: string) =>
  asked !== null && asked > Number(most) && `must be at most ${most}, the deployment’s own limit`

async function checkFlag(ctx: ManageContext, name: string): Promise<void> {
  await getFlag(ctx, name).catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.code !== 'not_found') throw error
    refuse([{ in: 'json', pointer: '/flag', detail: 'is no flag of yours' }])
  })
}

function refuse(errors: FieldError[]): void {
  if (errors.length === 0) return
  throw new ProblemError('invalid_fields', 'Correct the fields named in errors.', { errors })
}

const missing = (what: 'assistant' | 'version' = 'assistant') =>
  new ProblemError('not_found', `This tenant has no such ${what}.`)

const taken = () =>
  new ProblemError('conflict', 'Another assistant has this slug.', {
    errors: [{ in: 'json', pointer: '/slug', detail: 'is taken' }],
  })

const toAssistant = (row: store.AssistantRow): Assistant => ({
  id: row.id,
  slug: row.slug,
  is_default: row.isDefault,
  archived: row.archivedAt !== null,
  flag: row.flag,
  version: row.version,
  content: row.content,
  created_at: row.createdAt.toISOString(),
  updated_at: row.updatedAt.toISOString(),
})

const toVersion = (row: store.VersionRow): AssistantVersion => ({
  version: row.version,
  content: row.content,
  comment: row.comment,
  author: row.author,
  restored: row.restored,
  created_at: row.createdAt.toISOString(),
})
