/**
 * What one can do with flags: administration reads the database and publishes what it changes.
 * Evaluation is evaluation-service.ts.
 */
import { DEFAULT_ENVIRONMENT } from '../../shared/environment.ts'
import { ProblemError } from '../../shared/errors.ts'
import type { AuditDetails } from '../audit/service.ts'
import { settingsOf } from './compile.ts'
import type { FlagDocument } from './model-schemas.ts'
import { type Model, type ModelFlag, nextVersion, type Write } from './model.ts'
import { type Change, publishChange, type Published } from './publish-service.ts'
import type { Flag, FlagChange, FlagPage, FlagPageQuery, FlagToggle, NewFlag } from './schemas.ts'
import { readSnapshot, type SnapshotContext } from './snapshot-service.ts'
import * as store from './store.ts'

/** For surfaces of other protocols. */
export { type EvaluationContext, evaluateFlag } from './evaluation-service.ts'

export type FlagContext = SnapshotContext

export async function listFlags(ctx: FlagContext, query: FlagPageQuery): Promise<FlagPage> {
  const { limit } = query
  const flags = await store.selectFlags(ctx, { ...query, limit: limit + 1 })
  const items = flags.slice(0, limit).map(toFlag)
  return { items, nextCursor: flags.length > limit ? (items.at(-1)?.name ?? null) : null }
}

/** @throws ProblemError not_found */
export async function getFlag(ctx: FlagContext, name: string): Promise<Flag> {
  return toFlag((await store.findFlag(ctx, name)) ?? missing(name))
}

/** @throws ProblemError conflict */
export async function createFlag(
  ctx: FlagContext,
  { name, comment, ...document }: NewFlag,
): Promise<Flag> {
  const published = await publishChange(ctx, (model) => {
    if (model.flags.has(name)) {
      throw new ProblemError('conflict', `There is a flag named ${name} already.`)
    }
    const { enabled, defaultValue } = document
    return {
      writes: [flagWrite(ctx, model, { name, document, comment })],
      event: 'flag.create',
      details: about(name, { enabled, ...plain({ defaultValue }) }),
    }
  })
  return written(published, name)
}

/** Changes what `change` names and nothing else. @throws ProblemError not_found, conflict */
export async function changeFlag(
  ctx: FlagContext,
  name: string,
  change: FlagChange,
): Promise<Flag> {
  const { comment = '', version, ...named } = change
  const published = await publishChange(ctx, (model) => {
    const document = changedDocument(based(model, name, version).document, change)
    return {
      writes: [flagWrite(ctx, model, { name, document, comment })],
      event: 'flag.change',
      details: about(name, plain(defined(named))),
    }
  })
  return written(published, name)
}

/** Environments that the change names are replaced whole. */
export function changedDocument(
  document: FlagDocument,
  { comment: _comment, version: _version, environments, ...fields }: FlagChange,
): FlagDocument {
  const merged = { ...document.environments, ...environments }
  return { ...document, ...defined(fields), environments: merged }
}

/** Two flips at once end where they began. @throws ProblemError not_found, conflict */
export async function toggleFlag(
  ctx: FlagContext,
  name: string,
  { enabled, environment, comment = '', version }: FlagToggle,
): Promise<Flag> {
  const published = await publishChange(ctx, (model): Change => {
    const flag = based(model, name, version)
    if (environment !== undefined && !model.environments.has(environment)) {
      noEnvironment(environment)
    }
    const next = enabled ?? !isOn(flag, environment)
    const document = switched(flag, environment, next)
    return {
      writes: [flagWrite(ctx, model, { name, document, comment })],
      event: 'flag.toggle',
      details: about(name, { enabled: next, ...(environment !== undefined && { environment }) }),
      ...(!next && { consent: { type: 'stop' } }),
    }
  })
  return written(published, name)
}

const isOn = (flag: ModelFlag, environment: string | undefined): boolean =>
  environment === undefined ? flag.document.enabled : settingsOf(flag, environment).enabled

function switched(
  flag: ModelFlag,
  environment: string | undefined,
  enabled: boolean,
): FlagDocument {
  if (environment === undefined) return { ...flag.document, enabled }
  const settings = { ...settingsOf(flag, environment), enabled }
  return {
    ...flag.document,
    environments: { ...flag.document.environments, [environment]: settings },
  }
}

/** @throws ProblemError not_found */
export async function removeFlag(ctx: FlagContext, name: string): Promise<void> {
  await publishChange(ctx, (model) => {
    based(model, name, undefined)
    const write = {
      type: 'flagGone',
      name,
      version: nextVersion(model, name),
      comment: '',
    } as const
    return { writes: [write], event: 'flag.delete', details: about(name, {}) }
  })
}

function missing(name: string): never {
  throw new ProblemError('not_found', `There is no flag named ${name}.`)
}

/**
 * Every tenant has the default one: it is there before anybody looks.
 *
 * @throws ProblemError invalid_fields naming `/environment`
 */
export async function requireEnvironment(ctx: FlagContext, name: string): Promise<void> {
  if (name === DEFAULT_ENVIRONMENT || (await readSnapshot(ctx, name)).version > 0) return
  const detail = `There is no environment named ${name}; PUT /api/admin/flag-environments/${name} makes it.`
  const errors = [{ in: 'json', pointer: '/environment', detail }]
  throw new ProblemError('invalid_fields', 'The key would be for an unknown environment.', {
    errors,
  })
}

export function noEnvironment(name: string): never {
  throw new ProblemError('not_found', `There is no environment named ${name}.`)
}

/**
 * The flag a change is made to.
 *
 * @param version The one the caller knew, if they say
 * @throws ProblemError not_found, conflict
 */
export function based(model: Model, name: string, version: number | undefined): ModelFlag {
  const flag = model.flags.get(name) ?? missing(name)
  if (version === undefined || version === flag.version) return flag
  const detail = `You changed version ${version}, and ${name} is at version ${flag.version} by now: look at it and try again.`
  const members = { yours: version, current: toFlag(flag) }
  throw new ProblemError('conflict', detail, { members })
}

interface NewDocument {
  name: string
  document: FlagDocument
  comment: string
}

/** The next version of a flag. */
export function flagWrite(
  ctx: FlagContext,
  model: Model,
  { name, document, comment }: NewDocument,
): Write {
  const updatedAt = ctx.now().toISOString()
  const createdAt = model.flags.get(name)?.createdAt ?? updatedAt
  const version = nextVersion(model, name)
  return { type: 'flag', flag: { name, version, document, createdAt, updatedAt }, comment }
}

export function written({ after }: Published, name: string): Flag {
  return toFlag(after.flags.get(name) ?? missing(name))
}

export const about = (name: string, facts: NonNullable<AuditDetails['facts']>): AuditDetails => {
  return { resource: { type: 'flag', id: name }, facts }
}

/** What may stand in the log: numbers, yes or no; of everything else only that it changed. */
function plain(fields: object): NonNullable<AuditDetails['facts']> {
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]: [string, unknown]) => [field, factOf(value)]),
  )
}

/** The log's numbers are whole: others are texts. */
function factOf(value: unknown): string | number | boolean {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value)
  return typeof value === 'boolean' ? value : 'changed'
}

/** Without the fields that are undefined. */
type Defined<Fields> = { [Field in keyof Fields]: Exclude<Fields[Field], undefined> }

/** Safe: what is left has the keys it had, and no value that is undefined. */
function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above
  return Object.fromEntries(kept) as Defined<Fields>
}

/** Field by field: what the table gains later must not leave by accident. */
export function toFlag({ name, version, document, createdAt, updatedAt }: ModelFlag): Flag {
  const { description, enabled, type, defaultValue, jsonSchema, variants } = document
  const { tags, metadata, clientVisible, environments } = document
  return {
    name,
    description,
    enabled,
    type,
    defaultValue,
    jsonSchema,
    variants,
    tags,
    metadata,
    clientVisible,
    environments,
    version,
    createdAt,
    updatedAt,
  }
}
