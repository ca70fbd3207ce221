/** Which flags could go, and where code would have to change for it. */
import type { ReferenceList, ReferenceScan, StaleQuery, StaleReport } from './lifecycle-schemas.ts'
import * as store from './lifecycle-store.ts'
import { selectModel } from './model-store.ts'
import type { FlagContext } from './service.ts'
import { STALE_REASONS, staleReasons } from './stale.ts'

/** In the order of what speaks most clearly for removal, then of names. */
export async function reportStale(
  ctx: FlagContext,
  { environment, days }: StaleQuery,
): Promise<StaleReport> {
  const [model, { byFlag, since }, references] = await Promise.all([
    selectModel(ctx),
    store.selectSightings(ctx, environment),
    store.selectReferences(ctx),
  ])
  const now = ctx.now().getTime()
  const watch = { environment, days, now, since }
  const from = new Date(now - days * 86_400_000).toISOString().slice(0, 10)
  const items = [...model.flags.values()].flatMap((flag) => {
    const sightings = byFlag.get(flag.name) ?? []
    const reasons = staleReasons({ flag, sightings }, watch)
    if (reasons.length === 0) return []
    const recent = sightings.filter(({ day }) => day > from)
    return [
      {
        flag: flag.name,
        reasons,
        changedAt: flag.updatedAt,
        seenOn: sightings.at(-1)?.day ?? null,
        variants: [...new Set(recent.map(({ variant }) => variant))],
        references: references.filter((one) => one.flag === flag.name).map(toReference),
      },
    ]
  })
  const weightOf = ([reason]: StaleReport['items'][number]['reasons']) =>
    reason ? STALE_REASONS.indexOf(reason) : 0
  const sorted = items.toSorted((a, b) => weightOf(a.reasons) - weightOf(b.reasons))
  return { environment, days, watchedSince: since, items: sorted }
}

export async function listReferences(
  ctx: FlagContext,
  repository: string | undefined,
): Promise<ReferenceList> {
  return { items: (await store.selectReferences(ctx, repository)).map(toReference) }
}

/** In place of what the last scan of the repository found. */
export async function putReferences(
  ctx: FlagContext,
  { repository, revision, references }: ReferenceScan,
): Promise<ReferenceList> {
  const byFlag = Map.groupBy(references, ({ flag }) => flag)
  const rows = [...byFlag].map(([flag, found]) => {
    const places = found.map(({ path, line }) => ({ path, line }))
    return { flag, revision, places, scannedAt: ctx.now() }
  })
  await store.replaceReferences(ctx, repository, rows)
  return listReferences(ctx, repository)
}

function toReference({ repository, revision, scannedAt, flag, places }: store.ReferenceRow) {
  return { repository, revision, scannedAt: scannedAt.toISOString(), flag, places: [...places] }
}
