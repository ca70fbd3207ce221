/** Environments with their kill switch, segments, and overrides of single units. */
import { ProblemError } from '../../shared/errors.ts'
import type {
  Environment,
  EnvironmentChange,
  KillSwitch,
  NewOverride,
  Override,
  OverridePage,
  OverrideQuery,
  Segment,
  SegmentChange,
} from './audience-schemas.ts'
import { selectModel } from './model-store.ts'
import type { Model, ModelEnvironment, ModelOverride, ModelSegment, Write } from './model.ts'
import { overrideKey } from './model.ts'
import { publishChange } from './publish-service.ts'
import { about, based, type FlagContext, noEnvironment } from './service.ts'
import { actorOf } from './write-store.ts'

export async function listEnvironments(ctx: FlagContext): Promise<{ items: Environment[] }> {
  const { environments } = await selectModel(ctx)
  return { items: [...environments.values()].map(toEnvironment) }
}

/** Creates it, with a first snapshot, or changes it. */
export async function putEnvironment(
  ctx: FlagContext,
  name: string,
  { description, killed, approvals }: EnvironmentChange,
): Promise<Environment> {
  const at = ctx.now().toISOString()
  const { after } = await publishChange(ctx, ({ environments }) => {
    const fresh = { name, description: '', killed: false, approvals: 0, version: 0, sha256: '' }
    const last = environments.get(name) ?? { ...fresh, createdAt: at, updatedAt: at }
    const environment = {
      ...last,
      description: description ?? last.description,
      killed: killed ?? last.killed,
      approvals: approvals ?? last.approvals,
      updatedAt: at,
    }
    return {
      writes: [{ type: 'environment', environment }],
      event: 'flag.environment.set',
      details: {
        resource: { type: 'environment', id: name },
        facts: { killed: environment.killed, approvals: environment.approvals },
      },
    }
  })
  return toEnvironment(after.environments.get(name) ?? noEnvironment(name))
}

/** Takes every flag's value away, or gives them back. @throws ProblemError not_found */
export async function setKillSwitch(
  ctx: FlagContext,
  { killed, environment }: KillSwitch,
): Promise<{ items: Environment[] }> {
  const updatedAt = ctx.now().toISOString()
  const { after } = await publishChange(ctx, ({ environments }) => {
    if (environment !== undefined && !environments.has(environment)) noEnvironment(environment)
    const meant = [...environments.values()].filter(
      ({ name }) => environment === undefined || name === environment,
    )
    return {
      writes: meant.map((one) => {
        return { type: 'environment', environment: { ...one, killed, updatedAt } } as const
      }),
      event: 'flag.kill',
      details: { resource: { type: 'environment', id: environment ?? '*' }, facts: { killed } },
    }
  })
  return { items: [...after.environments.values()].map(toEnvironment) }
}

export async function listSegments(ctx: FlagContext): Promise<{ items: Segment[] }> {
  const { segments } = await selectModel(ctx)
  return { items: [...segments.values()].map(toSegment) }
}

/** @throws ProblemError conflict */
export async function putSegment(
  ctx: FlagContext,
  name: string,
  { description, body, version }: SegmentChange,
): Promise<Segment> {
  const updatedAt = ctx.now().toISOString()
  const { after } = await publishChange(ctx, ({ segments }) => {
    const last = segments.get(name)
    const current = last?.version ?? 0
    if (version !== undefined && version !== current) {
      const detail = `You changed version ${version}, and ${name} is at version ${current} by now: look at it and try again.`
      const members = { yours: version, current: last ? toSegment(last) : null }
      throw new ProblemError('conflict', detail, { members })
    }
    return {
      writes: [segmentWrite({ segments }, name, { description, body }, updatedAt)],
      event: 'flag.segment.set',
      details: { resource: { type: 'segment', id: name }, facts: { version: current + 1 } },
    }
  })
  return toSegment(after.segments.get(name) ?? noSegment(name))
}

/** The next version of a segment. */
export function segmentWrite(
  { segments }: Pick<Model, 'segments'>,
  name: string,
  { description, body }: Pick<SegmentChange, 'description' | 'body'>,
  updatedAt: string,
): Write {
  const last = segments.get(name)
  const [version, createdAt] = [(last?.version ?? 0) + 1, last?.createdAt ?? updatedAt]
  return { type: 'segment', segment: { name, description, body, version, createdAt, updatedAt } }
}

/** @throws ProblemError not_found, or invalid_fields when a rule needs it */
export async function removeSegment(ctx: FlagContext, name: string): Promise<void> {
  await publishChange(ctx, ({ segments }) => {
    if (!segments.has(name)) noSegment(name)
    return {
      writes: [{ type: 'segmentGone', name }],
      event: 'flag.segment.delete',
      details: { resource: { type: 'segment', id: name }, facts: {} },
    }
  })
}

/** In the order of unit ids; those that ended are not among them. @throws ProblemError not_found */
export async function listOverrides(
  ctx: FlagContext,
  name: string,
  { environment, limit, cursor = '' }: OverrideQuery,
): Promise<OverridePage> {
  const model = await selectModel(ctx)
  based(model, name, undefined)
  const found = [...model.overrides.values()]
    .filter((one) => one.flag === name && one.environment === environment && one.unitId > cursor)
    .toSorted((a, b) => (a.unitId < b.unitId ? -1 : 1))
  const items = found.slice(0, limit).map(toOverride)
  return { items, nextCursor: found.length > limit ? (items.at(-1)?.unitId ?? null) : null }
}

/** @throws ProblemError not_found, or invalid_fields for a moment that has passed */
export async function putOverride(
  ctx: FlagContext,
  name: string,
  { environment, unitId, value, reason, expiresAt }: NewOverride,
): Promise<Override> {
  const createdAt = ctx.now().toISOString()
  if (expiresAt !== null && Date.parse(expiresAt) <= ctx.now().getTime()) {
    const errors = [{ in: 'json', pointer: '/expiresAt', detail: 'must lie in the future' }]
    throw new ProblemError('invalid_fields', 'The override would have ended already.', { errors })
  }
  const at = { environment, flag: name, unitId }
  const override = { ...at, value, reason, expiresAt, createdBy: actorOf(ctx), createdAt }
  await publishChange(ctx, (model) => {
    based(model, name, undefined)
    if (!model.environments.has(environment)) noEnvironment(environment)
    return {
      writes: [{ type: 'override', override }],
      event: 'flag.override.set',
      details: about(name, { environment, expires: expiresAt !== null }),
    }
  })
  return toOverride(override)
}

/** @throws ProblemError not_found */
export async function removeOverride(
  ctx: FlagContext,
  flag: string,
  unitId: string,
  environment: string,
): Promise<void> {
  await publishChange(ctx, (model) => {
    if (!model.overrides.has(overrideKey({ environment, flag, unitId }))) {
      throw new ProblemError('not_found', `${flag} has no such override in ${environment}.`)
    }
    return {
      writes: [{ type: 'overrideGone', environment, flag, unitId }],
      event: 'flag.override.remove',
      details: about(flag, { environment }),
    }
  })
}

function noSegment(name: string): never {
  throw new ProblemError('not_found', `There is no segment named ${name}.`)
}

function toEnvironment(environment: ModelEnvironment): Environment {
  const { name, description, killed, approvals, version, sha256 } = environment
  const { createdAt, updatedAt } = environment
  return { name, description, killed, approvals, version, sha256, createdAt, updatedAt }
}

function toSegment({ name, description, body, version, createdAt, updatedAt }: ModelSegment) {
  return { name, description, body, version, createdAt, updatedAt }
}

function toOverride(override: ModelOverride): Override {
  const { environment, unitId, value, reason, expiresAt, createdBy, createdAt } = override
  return { environment, unitId, value, reason, expiresAt, createdBy, createdAt }
}
