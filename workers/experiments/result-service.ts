/** What experiments measure, as people set it, and what came out. Exposures and events come in elsewhere. */
import { ProblemError } from '../../shared/errors.ts'
import { type FlagExperiment, listFlagExperiments } from '../flags/experiment-service.ts'
import type { FlagContext } from '../flags/service.ts'
import { analyse, type ArmUnits, type ExperimentPlan } from './analysis.ts'
import type {
  Experiment,
  ExperimentExposures,
  ExperimentItem,
  ExperimentPage,
  ExperimentPageQuery,
  ExperimentPhases,
  ExperimentReport,
  ExperimentResults,
  ExperimentSettings,
  NewExperimentSettings,
} from './result-schemas.ts'
import * as store from './result-store.ts'
import { type Moments, NO_MOMENTS } from './statistics/moments.ts'

export type ResultContext = FlagContext

/** In the order of keys. */
export async function listExperiments(
  ctx: ResultContext,
  { environment, limit, cursor }: ExperimentPageQuery,
): Promise<ExperimentPage> {
  const all = await listFlagExperiments(ctx, environment)
  const rest = cursor === undefined ? all : all.filter(({ key }) => key > cursor)
  const page = rest.slice(0, limit)
  const keys = page.map(({ key }) => key)
  const [settings, results] = await Promise.all([
    store.selectSettings(ctx, environment, keys),
    store.selectResults(ctx, environment, keys),
  ])
  const items = page.map((rule): ExperimentItem => {
    const found = results.get(store.resultKey(rule.key, rule.phase))
    return {
      ...toExperiment(rule, settings.get(rule.key)),
      results: found ? summaryOf(found) : null,
    }
  })
  return { items, nextCursor: rest.length > limit ? (keys.at(-1) ?? null) : null }
}

/** @throws ProblemError not_found */
export async function getExperiment(ctx: ResultContext, place: store.Place): Promise<Experiment> {
  const rule = await findRule(ctx, place)
  return toExperiment(rule, await findSettings(ctx, place))
}

/** With the newest results of a phase, the present one when none is asked for. @throws ProblemError not_found */
export async function reportExperiment(
  ctx: ResultContext,
  place: AskedPhase,
): Promise<ExperimentReport> {
  const experiment = await getExperiment(ctx, place)
  const { phase = experiment.phase } = place
  const known = await store.selectResults(ctx, place.environment, [place.key])
  const results = known.get(store.resultKey(place.key, phase)) ?? null
  // Of the present phase nothing may have been counted yet; a phase that never was has no results either.
  if (!results && phase !== experiment.phase) throw new ProblemError('not_found', noPhase(place))
  return { experiment, results }
}

/** @throws ProblemError not_found */
export async function listPhases(
  ctx: ResultContext,
  place: store.Place,
): Promise<ExperimentPhases> {
  const { environment, key, phase: present } = await findRule(ctx, place)
  const known = [...(await store.selectResults(ctx, environment, [key])).values()]
  const items: ExperimentPhases['items'] = known.map(
    ({ phase, state, units, since, computedAt }) => {
      return { phase, isPresent: phase === present, state, units, since, computedAt }
    },
  )
  if (!items.some(({ isPresent }) => isPresent)) items.push(beginning(present))
  return { items: items.toSorted((a, b) => b.phase - a.phase) }
}

const beginning = (phase: number): ExperimentPhases['items'][number] => {
  return { phase, isPresent: true, state: 'empty', units: 0, since: null, computedAt: null }
}

interface AskedPhase extends store.Place {
  readonly phase?: number | undefined
}

const noPhase = ({ key, phase, environment }: AskedPhase): string =>
  `${key} has no results of a phase ${phase} in ${environment}; its phases are listed at /phases.`

const DAYS_MS = 90 * 86_400_000

/** Of a phase's last 90 days, the present one's when none is asked for. @throws ProblemError not_found */
export async function listExposures(
  ctx: ResultContext,
  asked: AskedPhase,
): Promise<ExperimentExposures> {
  const rule = await findRule(ctx, asked)
  const { environment, key } = rule
  const phase = asked.phase ?? rule.phase
  const place = { environment, key, phase }
  // The last days of a phase that is over lie before today.
  const last = phase === rule.phase ? ctx.now() : await store.selectLastExposure(ctx, place)
  if (!last) throw new ProblemError('not_found', noPhase(asked))
  const since = new Date(last.getTime() - DAYS_MS)
  return { phase, days: await store.selectDays(ctx, place, since) }
}

/** Whole; what was counted so far is looked at anew. @throws ProblemError not_found, conflict, invalid_fields */
export async function setSettings(
  ctx: ResultContext,
  place: store.Place,
  { version, ...wanted }: NewExperimentSettings,
): Promise<ExperimentReport> {
  const rule = await findRule(ctx, place)
  checkControl(rule, wanted.control)
  const before = await findSettings(ctx, place)
  const seen = before?.version ?? 0
  const updatedAt = ctx.now().toISOString()
  const settings = { ...wanted, version: seen + 1, updatedAt, updatedBy: actorOf(ctx) }
  const isBased = version === undefined || version === seen
  if (!isBased || !(await store.putSettings(ctx, place, seen, settings))) {
    const current = await getExperiment(ctx, place)
    const members = { yours: version ?? seen, current: current.settings }
    const detail = `The settings of ${place.key} were changed meanwhile: look at them and try again.`
    throw new ProblemError('conflict', detail, { members })
  }
  return {
    experiment: toExperiment(rule, settings),
    results: await computeResults(ctx, rule, settings),
  }
}

function checkControl({ variations, key }: FlagExperiment, control: string | null): void {
  if (control === null || variations.some(({ variant }) => variant === control)) return
  const names = variations.map(({ variant }) => variant).join(', ')
  const detail = `${key} has no variation ${control}: name one of ${names}.`
  throw new ProblemError('invalid_fields', detail, {
    errors: [{ in: 'json', pointer: '/control', detail }],
  })
}

/** Looks at a phase's sums and keeps what they say; null while there are none. */
export async function computeResults(
  ctx: ResultContext,
  rule: FlagExperiment,
  settings: ExperimentSettings | undefined,
): Promise<ExperimentResults | null> {
  // Taken before: sums that are made while these are read are newer than the results.
  const at = ctx.now().toISOString()
  const sums = await store.selectSums(ctx, rule)
  if (!sums.dataAt) return null
  const byMetric = new Map(sums.moments.map((one) => [momentsKey(one, one.variant), one]))
  const results = analyse(planOf(rule, settings), {
    at,
    dataAt: sums.dataAt.toISOString(),
    since: sums.since,
    arms: sums.arms,
    momentsOf: (metric, variant) =>
      byMetric.get(momentsKey({ ...metric, metric: metric.name }, variant)) ??
      idle(sums.arms.find((arm) => arm.variant === variant)),
  })
  await store.putResults(ctx, rule, results)
  return results
}

/** Of a metric that nobody had an event of: units, who all did nothing. */
const idle = (arm: ArmUnits | undefined): Moments => {
  return { ...NO_MOMENTS, n: arm ? arm.units - arm.several : 0 }
}

const momentsKey = ({ metric, kind }: { metric: string; kind: string }, variant: string): string =>
  JSON.stringify([metric, kind, variant])

function planOf(
  { phase, variations }: FlagExperiment,
  settings: ExperimentSettings | undefined,
): ExperimentPlan {
  const { metrics = [], method = 'sequential', horizonAt = null } = settings ?? {}
  const chosen = variations.find(({ variant }) => variant === settings?.control)
  const control = (chosen ?? variations[0])?.variant ?? ''
  return { phase, control, arms: variations, metrics, method, horizonAt }
}

/** @throws ProblemError not_found */
async function findRule(
  ctx: ResultContext,
  { environment, key }: store.Place,
): Promise<FlagExperiment> {
  const rules = await listFlagExperiments(ctx, environment)
  const rule = rules.find((one) => one.key === key)
  if (rule) return rule
  throw new ProblemError('not_found', `No flag has an experiment ${key} in ${environment}.`)
}

export async function findSettings(
  ctx: ResultContext,
  { environment, key }: store.Place,
): Promise<ExperimentSettings | undefined> {
  return (await store.selectSettings(ctx, environment, [key])).get(key)
}

function actorOf({ actor }: Pick<ResultContext, 'actor'>): string {
  if (actor.type === 'system') return actor.job
  return actor.type === 'user' ? actor.userId : actor.keyId
}

const toExperiment = (
  { key, environment, flag, rule, phase, status, attribute, variations, coverage }: FlagExperiment,
  settings: ExperimentSettings | undefined,
): Experiment => {
  const weighed = variations.map(({ variant, weight }) => ({ variant, weight }))
  const place = { key, environment, flag, rule, phase, status, attribute, coverage }
  return { ...place, variations: weighed, settings: settings ?? null }
}

function summaryOf({ units, state, sampleRatio, metrics }: ExperimentResults) {
  const withVerdict = (wanted: string) =>
    metrics
      .filter(({ comparisons }) => comparisons.some(({ verdict }) => verdict === wanted))
      .map(({ name }) => name)
  return {
    units,
    state,
    isSampleRatioAlarm: sampleRatio.isAlarm,
    breachedGuardrails: metrics
      .filter(({ guardrail }) => guardrail === 'breached')
      .map(({ name }) => name),
    better: withVerdict('better'),
    worse: withVerdict('worse'),
  }
}
