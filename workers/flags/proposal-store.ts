/** SQL for proposals: drafts of no flag, with a change in place of a document. */
import { and, desc, eq, isNotNull, type SQL } from 'drizzle-orm'
import { withTenant } from '../../shared/database.ts'
import { DRAFT, insertDraftRow } from './history-store.ts'
import { Proposal } from './proposal-schemas.ts'
import type { StoreContext } from './snapshot-store.ts'
import { flagDrafts } from './tables.ts'

/** Newest first. */
export const selectProposals = (
  ctx: StoreContext,
  state: Proposal['state'],
  most: number,
): Promise<Proposal[]> => select(ctx, eq(flagDrafts.state, state), most)

export async function findProposal(ctx: StoreContext, id: string): Promise<Proposal | undefined> {
  const [found] = await select(ctx, eq(flagDrafts.id, id), 1)
  return found
}

async function select(ctx: StoreContext, which: SQL, most: number): Promise<Proposal[]> {
  const isOne = and(eq(flagDrafts.tenantId, ctx.tenantId), isNotNull(flagDrafts.change), which)
  const [rows] = await withTenant(ctx).batch((tx) => [
    tx
      .select({ ...DRAFT, change: flagDrafts.change })
      .from(flagDrafts)
      .where(isOne)
      .orderBy(desc(flagDrafts.createdAt))
      .limit(most),
  ])
  return rows.map(({ id, change, baseVersion, comment, author, state, approvers, ...row }) => {
    const { authorName } = row
    return {
      id,
      change: Proposal.shape.change.parse(change),
      baseVersion,
      comment,
      author,
      authorName,
      state: Proposal.shape.state.parse(state),
      approvers,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.updatedAt.toISOString(),
    }
  })
}

type Made = Pick<Proposal, 'id' | 'change' | 'baseVersion' | 'comment' | 'author'>

export const insertProposal = (ctx: StoreContext, proposal: Made): Promise<void> =>
  insertDraftRow(ctx, { ...proposal, flag: '', document: {} })
