/**
 * What an import comes to in a tenant: which flags are created, which become drafts for somebody to look
 * at, and which are there already. Created is only what came over whole, and as lint and engine allow.
 */
import { canonicalText, compilePayload } from '../compile.ts'
import { admitSnapshot } from '../engine/admission.ts'
import { LimitError, SnapshotError } from '../engine/limits.ts'
import { lintFlag } from '../lint.ts'
import { FlagDocument, FlagName } from '../model-schemas.ts'
import { applyWrites, type Model, type ModelFlag, nextVersion, type Write } from '../model.ts'
import type { Imported, ImportedFlag, ImportedSegment, Note } from './imported.ts'

export type Outcome = 'created' | 'unchanged' | 'drafted' | 'refused'

export interface PlannedFlag extends ImportedFlag {
  readonly outcome: Outcome
}

export interface PlannedSegment {
  readonly name: string
  /** `kept`: there is another of the name, which stays. */
  readonly outcome: 'created' | 'unchanged' | 'kept'
}

export interface Plan {
  readonly flags: readonly PlannedFlag[]
  readonly segments: readonly PlannedSegment[]
  /** Of what is created. */
  readonly writes: readonly Write[]
}

interface Wish {
  /** Everything as drafts, whatever came over whole. */
  draftsOnly: boolean
  comment: string
  /** ISO 8601. */
  at: string
}

export function planImport(model: Model, imported: Imported, wish: Wish): Plan {
  const segments = imported.segments.map((segment) => planSegment(model, segment))
  const segmentWrites = imported.segments.flatMap((segment, index) =>
    segments[index]?.outcome === 'created' ? [segmentWrite(segment, wish.at)] : [],
  )
  const first = uniquelyNamed(imported.flags.map((flag) => readable(renamed(flag)))).map((flag) =>
    outcomeOf(model, flag, wish.draftsOnly),
  )
  const base = applyWrites(model, segmentWrites)
  const flags = settle(base, first, wish)
  const created = flags.filter(({ outcome }) => outcome === 'created')
  return {
    flags,
    segments,
    writes: [...segmentWrites, ...created.map((flag) => flagWrite(base, flag, wish))],
  }
}

/** What lint or the engine refuses becomes a draft; so does what needed it. */
function settle(base: Model, planned: readonly PlannedFlag[], wish: Wish): readonly PlannedFlag[] {
  const created = planned.filter(({ outcome }) => outcome === 'created')
  const after = applyWrites(
    base,
    created.map((flag) => flagWrite(base, flag, wish)),
  )
  const refusals = new Map(created.map((flag) => [flag.name, refusalsOf(base, after, flag.name)]))
  if ([...refusals.values()].every((notes) => notes.length === 0)) return planned
  const next = planned.map((flag) => {
    const notes = refusals.get(flag.name) ?? []
    if (flag.outcome !== 'created' || notes.length === 0) return flag
    return { ...flag, outcome: 'drafted' as const, notes: [...flag.notes, ...notes] }
  })
  return settle(base, next, wish)
}

function refusalsOf(base: Model, after: Model, name: string): Note[] {
  const flag = after.flags.get(name)
  if (!flag) return []
  const found = lintFlag(base, after, flag).map(({ rule, detail }) => `${rule}: ${detail}`)
  const reasons = found.length > 0 ? found : engineRefusals(after, flag)
  return [...new Set(reasons)].map((reason) => ({
    environment: null,
    rule: null,
    effect: 'lost',
    reason,
  }))
}

/** Of the flag alone, with the segments it names. */
function engineRefusals(model: Model, flag: ModelFlag): string[] {
  const text = JSON.stringify(flag.document.environments)
  const segments = new Map([...model.segments].filter(([name]) => text.includes(name)))
  const alone = { ...model, flags: new Map([[flag.name, flag]]), segments, overrides: new Map() }
  for (const environment of Object.keys(flag.document.environments)) {
    try {
      admitSnapshot(compilePayload(alone, environment, false))
    } catch (error) {
      if (error instanceof LimitError || error instanceof SnapshotError) return [error.message]
      throw error
    }
  }
  return []
}

function outcomeOf(model: Model, flag: PlannedFlag, draftsOnly: boolean): PlannedFlag {
  if (flag.outcome === 'refused') return flag
  const last = model.flags.get(flag.name)
  if (last && canonicalText(last.document) === canonicalText(flag.document)) {
    return { ...flag, outcome: 'unchanged' }
  }
  const isWhole = flag.notes.every(({ effect }) => effect !== 'lost')
  return { ...flag, outcome: last || draftsOnly || !isWhole ? 'drafted' : 'created' }
}

function renamed(flag: ImportedFlag): ImportedFlag {
  if (flag.name === flag.source) return flag
  const reason = `It is called ${flag.name} here: applications must ask for that.`
  return { ...flag, notes: [{ ...ABOUT_ALL, effect: 'differs', reason }, ...flag.notes] }
}

const ABOUT_ALL = { environment: null, rule: null } as const

/** Limits on lengths and numbers of things are those of a flag that somebody writes. */
function readable(flag: ImportedFlag): PlannedFlag {
  const name = FlagName.safeParse(flag.name)
  const read = FlagDocument.safeParse(flag.document)
  if (name.success && read.success) return { ...flag, document: read.data, outcome: 'created' }
  const [issue] = (read.error ?? name.error)?.issues ?? []
  return refused(flag, `${issue?.path.join('/') ?? ''}: ${issue?.message ?? 'is no flag'}`)
}

function uniquelyNamed(flags: readonly PlannedFlag[]): PlannedFlag[] {
  const seen = new Set<string>()
  return flags.map((flag) => {
    if (seen.has(flag.name))
      return refused(flag, `Another flag of the export is ${flag.name} here.`)
    seen.add(flag.name)
    return flag
  })
}

function refused(flag: ImportedFlag, reason: string): PlannedFlag {
  return {
    ...flag,
    outcome: 'refused',
    notes: [...flag.notes, { ...ABOUT_ALL, effect: 'lost', reason }],
  }
}

function planSegment({ segments }: Model, { name, body }: ImportedSegment): PlannedSegment {
  const last = segments.get(name)
  if (!last) return { name, outcome: 'created' }
  const isSame = canonicalText(last.body) === canonicalText(body)
  return { name, outcome: isSame ? 'unchanged' : 'kept' }
}

function segmentWrite({ name, description, body }: ImportedSegment, at: string): Write {
  const segment = { name, description, body, version: 1, createdAt: at, updatedAt: at }
  return { type: 'segment', segment }
}

function flagWrite(model: Model, { name, document }: ImportedFlag, { comment, at }: Wish): Write {
  const version = nextVersion(model, name)
  return { type: 'flag', flag: { name, version, document, createdAt: at, updatedAt: at }, comment }
}
