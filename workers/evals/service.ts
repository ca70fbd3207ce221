/** Sets of questions whose right documents are known, and their cases. Runs are run-service.ts. */
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { hasBase } from '../knowledge/service.ts'
import type {
  CaseSource,
  EvalCase,
  EvalCaseChange,
  EvalCasePage,
  EvalSet,
  EvalSetChange,
  EvalSetPage,
  NewEvalCase,
  NewEvalSet,
  PageQuery,
} from './schemas.ts'
import { MOST_CASES } from './schemas.ts'
import * as store from './store.ts'

export type EvalContext = store.StoreContext

/** Sets a tenant may have, so that nobody fills the database. */
const MOST_SETS = 200

export async function listSets(ctx: EvalContext, query: PageQuery): Promise<EvalSetPage> {
  return pageOf(await store.selectSets(ctx, { ...query, limit: query.limit + 1 }), query)
}

/** @throws ProblemError not_found */
export async function getSet(ctx: EvalContext, id: string): Promise<EvalSet> {
  const set = await store.findSet(ctx, id)
  if (!set) throw missing('set')
  return set
}

/** @throws ProblemError invalid_fields for a knowledge base that is none; conflict for a name in use */
export async function createSet(ctx: EvalContext, set: NewEvalSet): Promise<EvalSet> {
  if (!(await hasBase(ctx, set.kbId))) {
    const errors = [{ in: 'json', pointer: '/kbId', detail: 'is no knowledge base of yours' }]
    throw new ProblemError('invalid_fields', 'Correct the fields named in errors.', { errors })
  }
  const id = newId(ctx.now())
  if (await store.insertSet(ctx, { ...set, id }, MOST_SETS)) return getSet(ctx, id)
  throw new ProblemError('conflict', `There is a set of that name already, or ${MOST_SETS} sets.`)
}

/** @throws ProblemError not_found; conflict for a name in use */
export async function renameSet(
  ctx: EvalContext,
  id: string,
  { name }: EvalSetChange,
): Promise<EvalSet> {
  const outcome = await store.renameSet(ctx, id, name)
  if (outcome === 'taken')
    throw new ProblemError('conflict', 'There is a set of that name already.')
  if (outcome === 'missing') throw missing('set')
  return getSet(ctx, id)
}

/** Its cases, runs and results go too. @throws ProblemError not_found */
export async function deleteSet(ctx: EvalContext, id: string): Promise<void> {
  if (!(await store.deleteSet(ctx, id))) throw missing('set')
}

/** @throws ProblemError not_found */
export async function listCases(
  ctx: EvalContext,
  setId: string,
  query: PageQuery,
): Promise<EvalCasePage> {
  await getSet(ctx, setId)
  return pageOf(await store.selectCases(ctx, setId, { ...query, limit: query.limit + 1 }), query)
}

/** @throws ProblemError not_found; conflict for a key in use, or when there are too many cases */
export async function createCase(
  ctx: EvalContext,
  setId: string,
  { key, question, judgements, source }: Omit<NewEvalCase, 'source'> & { source: CaseSource },
): Promise<EvalCase> {
  await getSet(ctx, setId)
  const id = newId(ctx.now())
  const known = key === undefined ? undefined : await store.selectKeys(ctx, setId, [key])
  if (known && known.size > 0)
    throw new ProblemError('conflict', 'There is a case of that key already.')
  const draft = { id, key: key ?? id, question, judgements, source }
  const limits = { most: MOST_CASES, event: 'eval.case.create' } as const
  if ((await store.upsertCases(ctx, setId, [draft], limits)) === undefined) throw tooMany()
  return getCase(ctx, setId, id)
}

/** @throws ProblemError not_found */
export async function changeCase(
  ctx: EvalContext,
  setId: string,
  id: string,
  change: EvalCaseChange,
): Promise<EvalCase> {
  const isChange = change.question !== undefined || change.judgements !== undefined
  if (isChange && !(await store.updateCase(ctx, setId, id, change))) throw missing('case')
  return getCase(ctx, setId, id)
}

/** @throws ProblemError not_found */
export async function deleteCase(ctx: EvalContext, setId: string, id: string): Promise<void> {
  if (!(await store.deleteCase(ctx, setId, id))) throw missing('case')
}

async function getCase(ctx: EvalContext, setId: string, id: string): Promise<EvalCase> {
  const found = await store.findCase(ctx, setId, id)
  if (!found) throw missing('case')
  return found
}

export const missing = (what: 'set' | 'case' | 'run') =>
  new ProblemError('not_found', `This tenant has no such evaluation ${what}.`)

export const tooMany = () =>
  new ProblemError(
    'conflict',
    `A set has at most ${MOST_CASES} cases: delete some, or make another.`,
  )

/** @param found One more than asked for, where there are more */
export function pageOf<Item extends { id: string }>(found: Item[], { limit }: PageQuery) {
  const items = found.slice(0, limit)
  return { items, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null }
}
