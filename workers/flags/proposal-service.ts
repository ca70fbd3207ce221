/**
 * Changes of segments and overrides where an environment asks for approvals: proposed by one, approved by
 * others, published like a draft of a flag.
 */
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { segmentWrite } from './audience-service.ts'
import type { DraftPublication } from './history-schemas.ts'
import { checkApprover, notOpen } from './history-service.ts'
import { discardDraft, insertApproval } from './history-store.ts'
import type { AudienceChange } from './model-schemas.ts'
import { selectModel } from './model-store.ts'
import type { Model, Write } from './model.ts'
import { overrideKey } from './model.ts'
import type { NewProposal, Proposal } from './proposal-schemas.ts'
import * as store from './proposal-store.ts'
import { publishChange } from './publish-service.ts'
import { based, type FlagContext, noEnvironment } from './service.ts'
import { actorOf } from './write-store.ts'

/** Proposals shown. */
const MOST = 200

export async function listProposals(
  ctx: FlagContext,
  state: Proposal['state'],
): Promise<{ items: Proposal[] }> {
  return { items: await store.selectProposals(ctx, state, MOST) }
}

/** @throws ProblemError not_found for what it would change and there is not */
export async function createProposal(
  ctx: FlagContext,
  { change, comment }: NewProposal,
): Promise<Proposal> {
  const id = newId(ctx.now())
  const author = actorOf(ctx)
  const model = await selectModel(ctx)
  const baseVersion = baseOf(model, change)
  writesOf(ctx, model, { change, baseVersion, author })
  await store.insertProposal(ctx, { id, change, baseVersion, comment, author })
  return getProposal(ctx, id)
}

/** @throws ProblemError not_found */
export async function getProposal(ctx: FlagContext, id: string): Promise<Proposal> {
  const found = await store.findProposal(ctx, id)
  if (found) return found
  throw new ProblemError('not_found', `There is no proposal ${id}.`)
}

/** @throws ProblemError not_found, forbidden for one's own, conflict for one that is not open */
export async function approveProposal(ctx: FlagContext, id: string): Promise<Proposal> {
  const proposal = await openProposal(ctx, id)
  const approver = checkApprover(ctx, proposal.author)
  await insertApproval(ctx, { id, flag: '' }, approver)
  return getProposal(ctx, id)
}

/** @throws ProblemError not_found, conflict for one that is not open */
export async function discardProposal(ctx: FlagContext, id: string): Promise<void> {
  await openProposal(ctx, id)
  if (!(await discardDraft(ctx, { id, flag: '' }))) notOpen()
}

/** @throws ProblemError not_found, conflict for one that is not open, is outdated or not approved */
export async function publishProposal(
  ctx: FlagContext,
  id: string,
  { emergency }: DraftPublication,
): Promise<Proposal> {
  const proposal = await openProposal(ctx, id)
  const approvals = proposal.approvers.length
  const resource = { type: 'proposal', id }
  const facts = { draft: id, approvals, change: proposal.change.type }
  await publishChange(ctx, (model) => ({
    writes: [...writesOf(ctx, model, proposal), { type: 'draftPublished', id }],
    ...(emergency === undefined
      ? {
          event: 'flag.draft.publish' as const,
          details: { resource, facts },
          consent: { type: 'approved' as const, approvals },
        }
      : {
          event: 'flag.draft.bypass' as const,
          details: { resource, facts, reason: emergency },
          consent: { type: 'emergency' as const },
        }),
  }))
  return getProposal(ctx, id)
}

const baseOf = ({ segments }: Model, change: AudienceChange): number =>
  'name' in change ? (segments.get(change.name)?.version ?? 0) : 0

function writesOf(
  ctx: FlagContext,
  model: Model,
  { change, baseVersion, author }: Pick<Proposal, 'change' | 'baseVersion' | 'author'>,
): Write[] {
  const at = ctx.now().toISOString()
  if (baseOf(model, change) !== baseVersion) {
    throw new ProblemError('conflict', 'The segment is another by now: propose the change anew.')
  }
  switch (change.type) {
    case 'segment':
      return [segmentWrite(model, change.name, change, at)]
    case 'segmentGone':
      if (baseVersion === 0) gone(`There is no segment named ${change.name}.`)
      return [{ type: 'segmentGone', name: change.name }]
    case 'override': {
      const { environment, flag, unitId, value, reason, expiresAt } = change
      based(model, flag, undefined)
      if (!model.environments.has(environment)) noEnvironment(environment)
      if (expiresAt !== null && expiresAt <= at) {
        throw new ProblemError('conflict', 'The override would have ended already.')
      }
      const override = { environment, flag, unitId, value, reason, expiresAt }
      return [{ type: 'override', override: { ...override, createdBy: author, createdAt: at } }]
    }
    case 'overrideGone': {
      const { environment, flag, unitId } = change
      if (!model.overrides.has(overrideKey(change))) {
        gone(`${flag} has no such override in ${environment}.`)
      }
      return [{ type: 'overrideGone', environment, flag, unitId }]
    }
  }
}

function gone(detail: string): never {
  throw new ProblemError('not_found', detail)
}

async function openProposal(ctx: FlagContext, id: string): Promise<Proposal> {
  const proposal = await getProposal(ctx, id)
  return proposal.state === 'open' ? proposal : notOpen()
}
