/** Where a question is looked up and what of it this asker may see: settled before anything is read. */
import type { Actor } from '../../shared/context.ts'
import { ProblemError } from '../../shared/errors.ts'
import { findReach, readerOf } from './reach-store.ts'
import type { Reader } from './readers.ts'
import type { StoreContext } from './store.ts'

export interface Reached {
  /** Knowledge bases with something in them. */
  kbIds: string[]
  /** Grows with every change of any of them: what was found before holds for this version only. */
  version: string
  reader: Reader
}

type ReachContext = StoreContext & { readonly actor: Actor }

/**
 * @param kbs As asked for; undefined: all
 * @throws ProblemError invalid_fields for one that is not there
 */
export async function reachFor(
  ctx: ReachContext,
  kbs: readonly string[] | undefined,
): Promise<Reached> {
  const reach = await findReach(ctx, kbs)
  const { bases } = reach
  const errors = (kbs ?? []).flatMap((kb, index) =>
    bases.some(({ id }) => id === kb)
      ? []
      : [{ in: 'body', pointer: `/kbs/${index}`, detail: `There is no knowledge base ${kb}.` }],
  )
  if (errors.length > 0) {
    const detail = 'Name knowledge bases that are there, or leave them out to ask all.'
    throw new ProblemError('invalid_fields', detail, { errors })
  }
  return {
    kbIds: bases.filter(({ chunks }) => chunks > 0).map(({ id }) => id),
    version: bases.map(({ id, version }) => `${id}:${version}`).join(','),
    reader: readerOf(reach, mayReadPhi(ctx)),
  }
}

const mayReadPhi = ({ actor }: ReachContext) =>
  actor.type !== 'system' && actor.permissions.has('phi.read')
