/** Drafts of knowledge bases, and what makes them published. Whether a gate is met is for evals/ to say. */
import { ProblemError } from '../../shared/errors.ts'
import type { Base } from './base-schemas.ts'
import { defaultStays, getBase, noBase } from './base-service.ts'
import type { Gate } from './gate-schemas.ts'
import * as store from './gate-store.ts'
import type { StoreContext } from './store.ts'
import { KB_ID } from './tables.ts'

/** @returns null without a gate @throws ProblemError not_found */
export async function gateOf(ctx: StoreContext, id: string): Promise<Gate | null> {
  const gate = await store.findGate(ctx, id)
  if (gate === undefined) throw noBase(id)
  return gate
}

/**
 * @param gate Null takes it away
 * @throws ProblemError not_found; conflict for closing the default one, whose place no other takes
 */
export async function setGate(ctx: StoreContext, id: string, gate: Gate | null): Promise<void> {
  if (id === KB_ID && gate?.closed) throw defaultStays()
  if (!(await store.updateGate(ctx, id, gate))) throw noBase(id)
}

/**
 * From the next question on it is asked, and what it replaces no longer is, in one step.
 *
 * @throws ProblemError not_found; conflict when its version is no longer the one that was looked at, when a
 * closed one has documents on their way, or for replacing itself or the default one
 */
export async function publish(
  ctx: StoreContext,
  id: string,
  publication: store.Publication,
): Promise<Base> {
  const { replaces } = publication
  if (replaces === KB_ID) throw defaultStays()
  if (replaces === id) throw new ProblemError('conflict', 'A knowledge base cannot replace itself.')
  if (replaces !== undefined) await getBase(ctx, replaces)
  if (await store.publish(ctx, id, publication)) return getBase(ctx, id)
  throw new ProblemError(
    'conflict',
    'Its documents changed meanwhile or are on their way. Look at it and publish again.',
  )
}
