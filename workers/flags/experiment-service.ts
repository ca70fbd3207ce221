/**
 * Another way into this feature, beside service.ts: what experiments are, as the flags' rules have them, and
 * the ramps that wait for what experiments measure.
 */
import { settingsOf } from './compile.ts'
import type { ExperimentRule } from './model-schemas.ts'
import { offerReading } from './schedule-service.ts'
import { selectSchedules } from './schedule-store.ts'
import type { FlagContext } from './service.ts'
import { selectExperimentFlags } from './store.ts'

export interface FlagExperiment {
  /** What exposures are counted under. */
  readonly key: string
  readonly environment: string
  readonly flag: string
  /** The rule's id. */
  readonly rule: string
  readonly phase: number
  readonly status: ExperimentRule['status']
  readonly attribute: string
  readonly variations: ExperimentRule['variations']
  /** Percent of the audience that takes part. */
  readonly coverage: number
}

/** In the order of keys. Of rules with one key it is one that runs, of the flag whose name comes first. */
export async function listFlagExperiments(
  ctx: FlagContext,
  environment: string,
): Promise<FlagExperiment[]> {
  const flags = await selectExperimentFlags(ctx, environment)
  const all = flags.flatMap((flag) =>
    settingsOf(flag, environment).rules.flatMap((rule): FlagExperiment[] => {
      if (rule.type !== 'experiment') return []
      const { key, id, phase, status, attribute, variations, coverage } = rule
      const place = { environment, flag: flag.name, rule: id }
      return [{ key, ...place, phase, status, attribute, variations, coverage }]
    }),
  )
  const ordered = all.toSorted(
    (a, b) =>
      compare(a.key, b.key) || Number(b.status === 'running') - Number(a.status === 'running'),
  )
  return ordered.filter(({ key }, index) => key !== ordered[index - 1]?.key)
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

const MOST_RAMPS = 200

/**
 * Gives each guarded ramp of a rule its reading; one that is breached ends at once.
 *
 * @param readingOf What was measured, by the guard's metric; undefined for what somebody else measures
 */
export async function reportReadings(
  ctx: FlagContext,
  { environment, flag, rule }: Pick<FlagExperiment, 'environment' | 'flag' | 'rule'>,
  readingOf: (metric: string) => { value: number; samples: number } | undefined,
): Promise<void> {
  const query = { environment, flag, state: 'active', limit: MOST_RAMPS } as const
  for (const schedule of await selectSchedules(ctx, query)) {
    const reading = schedule.guard && readingOf(schedule.guard.metric)
    if (schedule.rule !== rule || !reading) continue
    await offerReading(ctx, schedule.id, reading)
  }
}
