/** Exposures that pages and apps report: checked against the snapshot, then told like all others. */
import { ProblemError } from '../../shared/errors.ts'
import { type Audience, findVisible } from './answers.ts'
import type { EvaluationContext } from './evaluation-service.ts'
import { checkReport, type Counted, type Refusal } from './exposure-report.ts'
import type { ExposureRequest, Report } from './exposure-schemas.ts'
import { tellExposures } from './exposure-service.ts'
import { placeOf } from './hub-client.ts'
import { readSnapshot } from './snapshot-service.ts'

const OLDEST_MS = 30 * 86_400_000

/** @throws ProblemError invalid_fields, naming each field that is wrong; then nothing is counted */
export async function reportExposures(
  ctx: EvaluationContext,
  audience: Audience,
  { exposures }: ExposureRequest,
): Promise<{ accepted: number }> {
  const place = placeOf(ctx)
  const reading = await readSnapshot(ctx, place.environment)
  const now = ctx.now().getTime()
  const checked = exposures.map((one) => {
    const isVisible = findVisible(reading, one.flag, audience) !== undefined
    return isTooOld(one, now) ? TOO_OLD : checkReport(reading.payload, one, isVisible)
  })
  const errors = checked.flatMap((one, index) =>
    'detail' in one
      ? [{ in: 'json', pointer: `/exposures/${index}/${one.field}`, detail: one.detail }]
      : [],
  )
  if (errors.length > 0) {
    throw new ProblemError('invalid_fields', 'Some exposures are of no experiment.', { errors })
  }
  const rows = checked.flatMap((one, index) => rowOf(one, exposures[index], now))
  tellExposures(ctx, place, rows)
  return { accepted: rows.length }
}

const TOO_OLD = { field: 'time', detail: 'Report it within 30 days.' } as const

const isTooOld = ({ time }: Report, now: number): boolean =>
  time !== undefined && Date.parse(time) < now - OLDEST_MS

function rowOf(one: Counted | Refusal | typeof TOO_OLD, report: Report | undefined, now: number) {
  if ('detail' in one || !report) return []
  const { targetingKey: unit, variant, time } = report
  const at = Math.min(time === undefined ? now : Date.parse(time), now)
  return [{ ...one, unit, variant, time: new Date(at).toISOString() }]
}
