/**
 * Unleash's export of features (`POST /api/admin/features-batch/export`): a feature is on or off, and its
 * strategies say for whom. One export is of one environment, which `featureEnvironments` names.
 */
import type { FlagDocument, FlagRule, FlagSettings } from '../model-schemas.ts'
import { all, type Condition, isIn, UNIT } from './conditions.ts'
import {
  EMPTY_DOCUMENT,
  flagNameOf,
  type Imported,
  type ImportedFlag,
  type ImportedSegment,
  Lost,
  Notes,
  OFF,
  partNameOf,
  percentOf,
  readExport,
  tagsOf,
  type Target,
  withIds,
} from './imported.ts'
import { constraintCondition, unleashAttribute } from './unleash-constraints.ts'
import { Export, type Feature, type Strategy } from './unleash-export.ts'

/** @throws ImportError */
export function importUnleash(document: unknown, target: Target): Imported {
  const found = readExport(Export, document)
  const notes = new Notes()
  const segments = segmentsOf(found, notes)
  const known = new Map(segments.map(({ id, name }) => [id, name]))
  const flags = found.features.flatMap((feature): ImportedFlag[] => {
    try {
      if (feature.archived === true) throw new Lost('It is archived.')
      return [flagOf(feature, found, known, target)]
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      notes.lost(`${feature.name}: ${error.message}`)
      return []
    }
  })
  return { flags, segments: segments.map(({ segment }) => segment), notes: notes.all }
}

function segmentsOf({ segments }: Export, notes: Notes) {
  return segments.flatMap(({ id, name: given, constraints }) => {
    const name = partNameOf(given)
    try {
      if (!constraints) throw new Lost('The export does not say who belongs to it.')
      const condition = all(constraints.map(constraintCondition)) ?? {}
      const segment: ImportedSegment = {
        name,
        description: '',
        body: { type: 'condition', condition },
      }
      return [{ id, name, segment }]
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      notes.lost(`Segment ${given}: ${error.message}`)
      return []
    }
  })
}

function flagOf(
  { name: source, description, type }: Feature,
  found: Export,
  segments: ReadonlyMap<number, string>,
  target: Target,
): ImportedFlag {
  const notes = new Notes()
  const name = flagNameOf(source)
  const environments: Record<string, FlagSettings> = Object.fromEntries(
    target.environments.map((environment) => [environment, OFF]),
  )
  for (const one of found.featureEnvironments) {
    if ((one.featureName ?? one.name) !== source) continue
    const environment = target.mapping[one.environment]
    if (environment === undefined) {
      notes.lost(`No environment of yours stands for ${one.environment}.`)
      continue
    }
    if (one.variants.length > 0) {
      notes.lost('Its variants: the flag is on or off here.', null, environment)
    }
    const strategies = found.featureStrategies.filter(
      ({ featureName, environment: of }) =>
        featureName === source && (of ?? one.environment) === one.environment,
    )
    environments[environment] = {
      enabled: one.enabled,
      prerequisites: parentsOf(source, found, notes),
      rules: withIds(
        strategies.flatMap((strategy, index) =>
          ruleOf(
            strategy,
            name,
            segments,
            notes,
            strategy.title || `strategy-${index + 1}`,
            environment,
          ),
        ),
      ),
    }
  }
  const tags = found.featureTags.filter(({ featureName }) => featureName === source)
  const document: FlagDocument = {
    ...EMPTY_DOCUMENT,
    type: 'boolean',
    description: (description ?? '').slice(0, 1000),
    defaultValue: false,
    tags: tagsOf(tags.map(({ tagValue }) => tagValue)),
    metadata: type ? { unleashType: type } : {},
    environments,
  }
  return { source, name, document, notes: notes.all }
}

function parentsOf(source: string, { dependencies }: Export, notes: Notes) {
  const parents = dependencies.filter(({ feature }) => feature === source)
  return parents
    .flatMap((one) => one.dependencies)
    .flatMap(({ feature, enabled, variants }) => {
      if (variants && variants.length > 0) {
        notes.lost(`That ${feature} has one of its variants: flags are on or off here.`)
        return []
      }
      notes.differs(
        `Without ${feature} it has no value, and code’s default holds, where it was off.`,
      )
      return [{ flag: flagNameOf(feature), value: enabled !== false }]
    })
}

function ruleOf(
  strategy: Strategy,
  flag: string,
  segments: ReadonlyMap<number, string>,
  notes: Notes,
  rule: string,
  environment: string,
): FlagRule[] {
  if (strategy.disabled === true) return []
  try {
    const conditions = strategy.constraints.map(constraintCondition)
    const named = strategy.segments.map((id) => {
      const name = segments.get(id)
      if (name === undefined) throw new Lost(`It asks for segment ${id}, which did not come over.`)
      return name
    })
    if (strategy.variants.length > 0) {
      notes.lost('Its variants: the flag is on or off here.', rule, environment)
    }
    const aim = (more: readonly Condition[] = []) => {
      const condition = all([...conditions, ...more])
      return {
        id: rule,
        ...(condition && { condition }),
        ...(named.length > 0 && { segments: named }),
      }
    }
    return [activation(strategy, flag, aim, (reason) => notes.differs(reason, rule, environment))]
  } catch (error) {
    if (!(error instanceof Lost)) throw error
    notes.lost(error.message, rule, environment)
    return []
  }
}

type Aim = (more?: readonly Condition[]) => Pick<FlagRule, 'id' | 'condition' | 'segments'>

const DRAWN = 'The same share, of other units: another hash draws them.'
const DRAWN_ONCE = 'Each unit keeps what it got; there it was drawn each time.'

/** Where each strategy has its share and what decides it. */
const ROLLOUTS: Readonly<Record<string, { share: string; attribute?: string }>> = {
  flexibleRollout: { share: 'rollout' },
  gradualRolloutUserId: { share: 'percentage', attribute: UNIT },
  gradualRolloutSessionId: { share: 'percentage', attribute: 'sessionId' },
  gradualRolloutRandom: { share: 'percentage', attribute: 'random' },
}

function activation(
  { name, parameters }: Strategy,
  flag: string,
  aim: Aim,
  differs: (reason: string) => void,
): FlagRule {
  if (name === 'default') return { type: 'force', ...aim(), value: true }
  if (name === 'userWithId') {
    return { type: 'force', ...aim([isIn(UNIT, idsOf(parameters['userIds']))]), value: true }
  }
  const rollout = Object.hasOwn(ROLLOUTS, name) ? ROLLOUTS[name] : undefined
  if (!rollout) throw new Lost(`The strategy ${name} has no counterpart.`)
  const share = Number(parameters[rollout.share])
  if (!Number.isFinite(share)) throw new Lost('It does not say for how many.')
  if (share >= 100) return { type: 'force', ...aim(), value: true }
  const stickiness = rollout.attribute ?? parameters['stickiness'] ?? 'default'
  const isRandom = stickiness === 'random'
  differs(isRandom ? DRAWN_ONCE : DRAWN)
  return {
    type: 'rollout',
    ...aim(),
    value: true,
    percentage: percentOf(share / 100),
    attribute: isRandom ? UNIT : unleashAttribute(stickiness),
    salt: (parameters['groupId'] || flag).slice(0, 100),
  }
}

const idsOf = (list = ''): string[] =>
  list
    .split(',')
    .map((id) => id.trim())
    .filter(Boolean)
