/** What flags were, and what they may become: versions to look at and bring back, drafts to approve. */
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { differencesOf } from './diff.ts'
import type {
  Diff,
  DiffQuery,
  Draft,
  DraftPublication,
  HistoryPage,
  HistoryQuery,
  NewDraft,
  Restore,
  Revision,
} from './history-schemas.ts'
import * as store from './history-store.ts'
import { JsonValue } from './model-schemas.ts'
import type { Model } from './model.ts'
import { type Change, publishChange } from './publish-service.ts'
import type { Flag } from './schemas.ts'
import { about, based, type FlagContext, flagWrite, getFlag, written } from './service.ts'
import { findFlag } from './store.ts'
import { actorOf } from './write-store.ts'

/** Also of a flag that was deleted. @throws ProblemError not_found */
export async function listRevisions(
  ctx: FlagContext,
  name: string,
  query: HistoryQuery,
): Promise<HistoryPage> {
  const { limit } = query
  const found = await store.selectRevisions(ctx, name, { ...query, limit: limit + 1 })
  if (found.length === 0 && query.cursor === undefined) await getFlag(ctx, name)
  const items = found.slice(0, limit)
  return { items, nextCursor: found.length > limit ? (items.at(-1)?.version ?? null) : null }
}

/** @throws ProblemError not_found */
export async function getRevision(
  ctx: FlagContext,
  name: string,
  version: number,
): Promise<Revision> {
  const found = await store.findRevision(ctx, name, version)
  if (found) return found
  throw new ProblemError('not_found', `${name} has no version ${version} in its history.`)
}

/** @throws ProblemError not_found */
export async function diffRevisions(
  ctx: FlagContext,
  name: string,
  version: number,
  { against = version - 1 }: DiffQuery,
): Promise<Diff> {
  const { document } = await getRevision(ctx, name, version)
  const before = against === 0 ? null : (await getRevision(ctx, name, against)).document
  return { items: differencesOf(JsonValue.parse(before), JsonValue.parse(document)) }
}

/** As a new version; a flag that was deleted comes back too. @throws ProblemError not_found, conflict */
export async function restoreFlag(
  ctx: FlagContext,
  name: string,
  { version, comment }: Restore,
): Promise<Flag> {
  const { document } = await getRevision(ctx, name, version)
  if (!document) {
    throw new ProblemError('conflict', `Version ${version} is the deletion: name an earlier one.`)
  }
  const said = comment || `Restores version ${version}`
  const published = await publishChange(ctx, (model) => ({
    writes: [flagWrite(ctx, model, { name, document, comment: said })],
    event: 'flag.restore',
    details: about(name, { version }),
  }))
  return written(published, name)
}

/** Drafts shown of a flag. */
const MOST = 200

/** Also of a flag there is not yet. @throws ProblemError not_found */
export async function listDrafts(ctx: FlagContext, flag: string): Promise<{ items: Draft[] }> {
  const items = await store.selectDrafts(ctx, flag, MOST)
  if (items.length === 0) await getFlag(ctx, flag)
  return { items }
}

/** Of the next version of a flag, or the first of one there is not yet. */
export async function createDraft(
  ctx: FlagContext,
  flag: string,
  { document, comment }: NewDraft,
): Promise<Draft> {
  const id = newId(ctx.now())
  const baseVersion = (await findFlag(ctx, flag))?.version ?? 0
  const author = actorOf(ctx)
  await store.insertDraft(ctx, { id, flag, baseVersion, document, comment, author })
  return getDraft(ctx, flag, id)
}

/** @throws ProblemError not_found */
export async function getDraft(ctx: FlagContext, flag: string, id: string): Promise<Draft> {
  const found = await store.findDraft(ctx, flag, id)
  return found ?? noDraft(flag, id)
}

/** @throws ProblemError not_found, forbidden for one's own, conflict for one that is not open */
export async function approveDraft(ctx: FlagContext, flag: string, id: string): Promise<Draft> {
  const draft = await openDraft(ctx, flag, id)
  await store.insertApproval(ctx, draft, checkApprover(ctx, draft.author))
  return getDraft(ctx, flag, id)
}

/** @returns who approves @throws ProblemError forbidden for one's own, and for whoever is no person */
export function checkApprover(ctx: FlagContext, author: string): string {
  const approver = actorOf(ctx)
  if (author === approver) {
    throw new ProblemError('forbidden', 'Nobody approves a draft of their own: ask somebody else.')
  }
  if (ctx.actor.type !== 'user' || ctx.actor.actedBy !== undefined) {
    throw new ProblemError('forbidden', 'Drafts are approved by people, and by themselves.')
  }
  return approver
}

/** @throws ProblemError not_found, conflict for one that is not open */
export async function discardDraft(ctx: FlagContext, flag: string, id: string): Promise<void> {
  const draft = await openDraft(ctx, flag, id)
  if (!(await store.discardDraft(ctx, draft))) notOpen()
}

/** @throws ProblemError not_found, conflict for one that is not open, is outdated or not approved */
export async function publishDraft(
  ctx: FlagContext,
  flag: string,
  id: string,
  { emergency }: DraftPublication,
): Promise<Flag> {
  const draft = await openDraft(ctx, flag, id)
  const published = await publishChange(ctx, (model) => publication(ctx, model, draft, emergency))
  return written(published, flag)
}

/** What publishing a draft changes. @throws ProblemError conflict */
export function publication(
  ctx: FlagContext,
  model: Model,
  draft: Draft,
  emergency: string | undefined,
): Change {
  const { id, flag: name, document, comment, baseVersion, approvers } = draft
  if (baseVersion > 0) based(model, name, baseVersion)
  else if (model.flags.has(name)) {
    throw new ProblemError(
      'conflict',
      `There is a flag named ${name} by now: draft a change of it.`,
    )
  }
  const details = about(name, { draft: id, approvals: approvers.length })
  return {
    writes: [flagWrite(ctx, model, { name, document, comment }), { type: 'draftPublished', id }],
    ...(emergency === undefined
      ? {
          event: 'flag.draft.publish',
          details,
          consent: { type: 'approved', approvals: approvers.length },
        }
      : {
          event: 'flag.draft.bypass',
          details: { ...details, reason: emergency },
          consent: { type: 'emergency' },
        }),
  }
}

/** @throws ProblemError not_found, conflict for one that is not open */
export async function openDraft(ctx: FlagContext, flag: string, id: string): Promise<Draft> {
  const draft = await getDraft(ctx, flag, id)
  return draft.state === 'open' ? draft : notOpen()
}

function noDraft(flag: string, id: string): never {
  throw new ProblemError('not_found', `${flag} has no draft ${id}.`)
}

/** @throws ProblemError conflict */
export function notOpen(): never {
  throw new ProblemError('conflict', 'The draft was published or discarded: make a new one.')
}
