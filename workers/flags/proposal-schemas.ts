/** Changes of segments and overrides that wait for approval, over HTTP. */
import { z } from '@hono/zod-openapi'
import { DraftState } from './history-schemas.ts'
import { AudienceChange } from './model-schemas.ts'

export const Proposal = z
  .object({
    id: z.uuid(),
    change: AudienceChange,
    /** Of the segment it was made from; publishing is refused when that is another by now. 0: a new one, or an override. */
    baseVersion: z.number().int(),
    comment: z.string(),
    author: z.string(),
    /** Or the address of mail; null for a key, a job, and who has left. */
    authorName: z.string().nullable(),
    state: DraftState,
    approvers: z.array(z.string()),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('FlagProposal')
export type Proposal = z.infer<typeof Proposal>

export const NewProposal = z
  .strictObject({ change: AudienceChange, comment: z.string().min(1).max(500) })
  .openapi('NewFlagProposal')
export type NewProposal = z.infer<typeof NewProposal>

export const ProposalQuery = z.object({ state: DraftState.default('open') })
export const ProposalList = z.object({ items: z.array(Proposal) }).openapi('FlagProposalList')
