/** Knowledge bases: made, named, emptied by deletion. What is in them is document-service.ts. */
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import type { Base, BaseChange, BaseList, NewBase } from './base-schemas.ts'
import * as store from './base-store.ts'
import { MOST_BASES } from './limits.ts'
import type { StoreContext } from './store.ts'
import { KB_ID } from './tables.ts'

/** All of them, in the order they were made: there are never many. */
export async function listBases(ctx: StoreContext): Promise<BaseList> {
  return { items: await store.selectBases(ctx) }
}

/** @throws ProblemError not_found */
export async function getBase(ctx: StoreContext, id: string): Promise<Base> {
  const [base] = await store.selectBases(ctx, id)
  if (base) return base
  throw noBase(id)
}

/** @throws ProblemError conflict when there are too many */
export async function createBase(ctx: StoreContext, asked: NewBase): Promise<Base> {
  const id = newId(ctx.now())
  if (await store.insertBase(ctx, id, asked, MOST_BASES)) return getBase(ctx, id)
  const detail = `There are ${MOST_BASES} knowledge bases already. Delete one first.`
  throw new ProblemError('conflict', detail)
}

/** @throws ProblemError not_found; conflict for taking back the default one */
export async function changeBase(ctx: StoreContext, id: string, change: BaseChange): Promise<Base> {
  if (id === KB_ID && change.draft) throw defaultStays()
  if (await store.updateBase(ctx, id, change)) return getBase(ctx, id)
  throw noBase(id)
}

/**
 * With its documents: from the next query on, nothing of it is found. The sweep removes the files.
 *
 * @throws ProblemError not_found; conflict for the default one
 */
export async function deleteBase(ctx: StoreContext, id: string): Promise<void> {
  if (id === KB_ID) {
    const detail = 'The default knowledge base stays. Delete its documents instead.'
    throw new ProblemError('conflict', detail)
  }
  if (!(await store.removeBase(ctx, id))) throw noBase(id)
}

export const defaultStays = () =>
  new ProblemError(
    'conflict',
    'The default knowledge base is always asked. Make another as a draft.',
  )

export const closedBase = () =>
  new ProblemError(
    'conflict',
    'The knowledge base is closed while it is asked. Change a draft, and publish that in its place.',
  )

export const noBase = (id: string) =>
  new ProblemError('not_found', `There is no knowledge base with the id ${id}.`)
