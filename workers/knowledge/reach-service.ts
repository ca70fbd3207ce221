/** Where a question is looked up and what of it this asker may see: settled before anything is read. */
import { ProblemError } from '../../shared/errors.ts'
import { may } from '../../shared/guards.ts'
import { type AuditContext, recordAudit } from '../audit/service.ts'
import { confirm, type SessionsEnv } from '../identity/service.ts'
import { findReach, type Reach, type ReachedBase } from './reach-store.ts'
import type { Reader } from './readers.ts'
import type { StoreContext } from './store.ts'
import { KB_ID } from './tables.ts'

export interface Reached {
  /** Knowledge bases with something in them. */
  bases: Pick<ReachedBase, 'id' | 'model'>[]
  /** Grows with every change of any of them: what was found before holds for this version only. */
  version: string
  /** The same by the id of each. */
  versions: Record<string, number>
  reader: Reader
  /** Lengths of vectors that are looked up in an index and no longer scanned. */
  indexed: number[]
}

export type ReachContext = StoreContext & AuditContext & { readonly env: SessionsEnv }

/**
 * @param kbs As asked for; undefined: all
 * @throws ProblemError invalid_fields for one that is not there
 */
export async function reachFor(
  ctx: ReachContext,
  kbs: readonly string[] | undefined,
): Promise<Reached> {
  const reach = await findReach(ctx, kbs)
  const bases = reach.bases.filter(({ draft }) => !draft || mayTry(ctx))
  const errors = (kbs ?? []).flatMap((kb, index) =>
    // Every tenant has it, though nothing is written down of it before the first document.
    kb === KB_ID || bases.some(({ id }) => id === kb)
      ? []
      : [{ in: 'body', pointer: `/kbs/${index}`, detail: `There is no knowledge base ${kb}.` }],
  )
  if (errors.length > 0) {
    const detail = 'Name knowledge bases that are there, or leave them out to ask all.'
    throw new ProblemError('invalid_fields', detail, { errors })
  }
  return {
    bases: bases.filter(({ chunks }) => chunks > 0),
    versions: Object.fromEntries(bases.map(({ id, version }) => [id, version])),
    version: bases.map(({ id, version }) => `${id}:${version}`).join(','),
    reader: await readerOf(ctx, reach),
    indexed: reach.indexed,
  }
}

/** Drafts are for who changes them, and for runs that measure. */
const mayTry = ({ actor }: ReachContext) => may(actor, 'kb.write')

/** What the caller may read in the tenant, whatever the knowledge base. */
export const readerFor = async (ctx: ReachContext): Promise<Reader> =>
  readerOf(ctx, await findReach(ctx, []))

const readerOf = async (ctx: ReachContext, { labels, hasPhi }: Reach): Promise<Reader> => ({
  labels,
  seesPhi: hasPhi && (await seesPhi(ctx)),
})

/**
 * Whether the caller holds the permission for health data now: a token of five minutes is too old to
 * prove that. When nobody can say, nothing of it is seen.
 */
async function seesPhi(ctx: ReachContext): Promise<boolean> {
  const { actor } = ctx
  if (actor.type === 'system' || !may(actor, 'phi.read')) return false
  try {
    await confirm(ctx.env, ctx, 'phi.read')
    return true
  } catch (error) {
    ctx.log.warn('health data is left out: the permission could not be confirmed', { error })
    return false
  }
}

/** A document that only some may read, or whose health data is behind a permission. */
export interface Sensitive {
  documentId: string
  isPhi: boolean
}

/** The sensitive documents among hits, each once. */
export function sensitiveIn(
  hits: readonly { documentId: string; isSensitive: boolean; isPhi: boolean }[],
): Sensitive[] {
  const found = hits.filter(({ isSensitive }) => isSensitive)
  return [...new Map(found.map(({ documentId, isPhi }) => [documentId, isPhi]))].map(
    ([documentId, isPhi]) => ({ documentId, isPhi }),
  )
}

/** What reading was for. */
type Purpose = 'answer' | 'search' | 'text'

/** Every reading of a sensitive document is written down; no request waits for it. */
export function recordReads(ctx: AuditContext, read: readonly Sensitive[], purpose: Purpose): void {
  for (const { documentId, isPhi } of read) {
    const resource = { type: 'document', id: documentId }
    recordAudit(ctx, isPhi ? 'doc.phi.read' : 'doc.read', { resource, facts: { purpose } })
  }
}

/** Health data that an answer quotes. */
export function recordCited(
  ctx: AuditContext,
  sensitive: readonly Sensitive[],
  citations: readonly { documentId: string }[],
): void {
  const cited = new Set(citations.map(({ documentId }) => documentId))
  for (const { documentId, isPhi } of sensitive)
    if (isPhi && cited.has(documentId))
      recordAudit(ctx, 'rag.phi.cited', { resource: { type: 'document', id: documentId } })
}
