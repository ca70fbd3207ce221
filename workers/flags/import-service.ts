/**
 * Flags of other products become flags here: converted, compared with what is there, created in one
 * transaction, and proposed as drafts where somebody must look. The same import again changes nothing.
 */
import { ProblemError } from '../../shared/errors.ts'
import { newId } from '../../shared/ids.ts'
import { canonicalText } from './compile.ts'
import { insertDraft, selectOpenDrafts } from './history-store.ts'
import type { FlagImport, FlagImportRequest } from './import-schemas.ts'
import { importFlagd } from './import/flagd.ts'
import { importGrowthBook } from './import/growthbook.ts'
import { type Convert, type Imported, ImportError } from './import/imported.ts'
import { importLaunchDarkly } from './import/launchdarkly.ts'
import { type Plan, type PlannedFlag, planImport } from './import/plan.ts'
import { importUnleash } from './import/unleash.ts'
import { selectModel } from './model-store.ts'
import type { Model } from './model.ts'
import { publishChange } from './publish-service.ts'
import type { FlagContext } from './service.ts'
import { actorOf } from './write-store.ts'

const CONVERTERS: Readonly<Record<FlagImportRequest['format'], Convert>> = {
  growthbook: importGrowthBook,
  unleash: importUnleash,
  flagd: importFlagd,
  launchdarkly: importLaunchDarkly,
}

/** Flags of one export. */
const MOST_FLAGS = 500

/** @throws ProblemError invalid_fields for what is no such export, conflict when approvals are missing */
export async function importFlags(
  ctx: FlagContext,
  request: FlagImportRequest,
): Promise<FlagImport> {
  const { format, as, dryRun } = request
  const comment = request.comment || `Imported from ${format}`
  const wish = { draftsOnly: as === 'drafts', comment, at: ctx.now().toISOString() }
  const model = await selectModel(ctx)
  const imported = convert(request, model)
  let plan = planImport(model, imported, wish)
  if (dryRun) return reportOf(true, imported, plan, new Map())
  if (plan.writes.length > 0) {
    await publishChange(ctx, (now) => {
      plan = planImport(now, imported, wish)
      const created = plan.flags.filter(({ outcome }) => outcome === 'created').length
      return {
        writes: plan.writes,
        event: 'flag.import',
        details: { resource: { type: 'flag', id: '*' }, facts: { format, created } },
      }
    })
  }
  const drafted = plan.flags.filter(({ outcome }) => outcome === 'drafted')
  return reportOf(false, imported, plan, await draftAll(ctx, model, drafted, comment))
}

function convert({ format, document, environments }: FlagImportRequest, model: Model): Imported {
  const names = [...model.environments.keys()]
  const unknown = Object.entries(environments).find(([, name]) => !model.environments.has(name))
  if (unknown) {
    refuse(['environments', unknown[0]], `There is no environment ${unknown[1]}: create it first.`)
  }
  const mapping = { ...Object.fromEntries(names.map((name) => [name, name])), ...environments }
  try {
    const imported = CONVERTERS[format](document, { environments: names, mapping })
    if (imported.flags.length > MOST_FLAGS) {
      refuse(
        ['document'],
        `It has ${imported.flags.length} flags: import at most ${MOST_FLAGS} at once.`,
      )
    }
    return imported
  } catch (error) {
    if (error instanceof ImportError) return refuse(['document', ...error.path], error.message)
    throw error
  }
}

function refuse(path: readonly PropertyKey[], detail: string): never {
  const parts = path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1'))
  const errors = [{ in: 'json', pointer: `/${parts.join('/')}`, detail }]
  throw new ProblemError('invalid_fields', 'Correct the fields named in errors.', { errors })
}

/** @returns the ids of drafts by the names of flags; of those that stand open already with the same document too */
async function draftAll(
  ctx: FlagContext,
  { flags }: Model,
  drafted: readonly PlannedFlag[],
  comment: string,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  if (drafted.length === 0) return ids
  const open = await selectOpenDrafts(
    ctx,
    drafted.map(({ name }) => name),
  )
  const author = actorOf(ctx)
  for (const { name: flag, document } of drafted) {
    const text = canonicalText(document)
    const same = open.find((one) => one.flag === flag && canonicalText(one.document) === text)
    const id = same?.id ?? newId(ctx.now())
    ids.set(flag, id)
    const baseVersion = flags.get(flag)?.version ?? 0
    if (!same) await insertDraft(ctx, { id, flag, baseVersion, document, comment, author })
  }
  return ids
}

function reportOf(
  dryRun: boolean,
  { notes }: Imported,
  plan: Plan,
  drafts: ReadonlyMap<string, string>,
): FlagImport {
  return {
    dryRun,
    flags: plan.flags.map(({ name, source, outcome, notes: said }) => {
      const draft = outcome === 'drafted' ? (drafts.get(name) ?? null) : null
      return { name, source, outcome, draft, notes: [...said] }
    }),
    segments: [...plan.segments],
    notes: [...notes],
  }
}
