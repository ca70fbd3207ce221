/** Evaluation over HTTP: one flag, all flags with an entity tag, and the stream that announces changes. */
import { ProblemError } from '../../shared/errors.ts'
import { FLAG_NAMES } from '../../shared/metric-labels.ts'
import { OTHER } from '../../shared/metric.ts'
import {
  answerOf,
  type Audience,
  contextOf,
  findVisible,
  hashOf,
  isSameAnswer,
  isSameQuestion,
  outcomesOf,
  tagOf,
} from './answers.ts'
import { clientPayload } from './client-payload.ts'
import { type CountContext, tallyOf } from './count-service.ts'
import { checkContext, LimitError } from './engine/limits.ts'
import { evaluate } from './engine/snapshot.ts'
import { noteExposures } from './exposure-service.ts'
import { type Place, placeOf } from './hub-client.ts'
import type { BulkResponse, EvaluationRequest, EvaluationResponse } from './ofrep-schemas.ts'
import { noteContext } from './sample-service.ts'
import { type Reading, type SnapshotContext, readSince, readSnapshot } from './snapshot-service.ts'
import { epochOf, signTicket, type TicketEnv } from './ticket-service.ts'
import { markOf } from './units.ts'

export type EvaluationContext = SnapshotContext & CountContext & { readonly env: TicketEnv }

/** Seconds a hidden page stays connected. */
const INACTIVITY_SECONDS = 120

/**
 * Any text may be asked for.
 *
 * @throws ProblemError not_found, also for a flag that `audience` may not see; invalid_fields for a
 *   context that is over a limit
 */
export async function evaluateFlag(
  ctx: EvaluationContext,
  audience: Audience,
  key: string,
  request: EvaluationRequest,
): Promise<EvaluationResponse> {
  const place = placeOf(ctx)
  const reading = await readSnapshot(ctx, place.environment)
  const flag = findVisible(reading, key, audience)
  countCheck(ctx, key, flag !== undefined)
  if (!flag) throw new ProblemError('not_found', `There is no flag named ${key}.`)
  const tally = tallyOf(ctx, reading.counter)
  const fail = () => tally.addError(flag.index)
  const run = () => evaluate(reading.snapshot, key, contextOf(request))
  const evaluation = limited(request, run, fail)
  const answer = answerOf(flag, evaluation)
  tally.add(flag.index, answer.variant ?? '', answer.reason, markOfUnit(request))
  noteExposures(ctx, place, evaluation)
  noteContext(ctx, place, request.context)
  return reading.isStale ? { ...answer, metadata: { ...answer.metadata, stale: true } } : answer
}

export interface BulkRequest {
  request: EvaluationRequest
  /** The entity tag of If-None-Match; empty for none. */
  tag: string
  /** Version of the announcement that made the caller ask; 0 for none. */
  announced: number
}

export interface BulkAnswer {
  tag: string
  /** A BulkResponse as JSON; undefined: the caller has it. */
  body: string | undefined
}

/** @throws ProblemError invalid_fields for a context that is over a limit */
export async function evaluateAll(
  ctx: EvaluationContext,
  audience: Audience,
  { request, tag, announced }: BulkRequest,
): Promise<BulkAnswer> {
  const place = placeOf(ctx)
  const reading = await readSince(ctx, place.environment, announced)
  const { version } = reading
  const asker = `${place.tenantId} ${place.environment} ${audience} `
  const asked = hashOf(asker + JSON.stringify(request.context))
  const parts = { version, epoch: epochOf(ctx.now()), asked }
  if (isSameQuestion(tag, parts)) return { tag, body: undefined }
  const outcomes = limited(request, () => outcomesOf(reading, contextOf(request), audience))
  const tally = tallyOf(ctx, reading.counter)
  const mark = markOfUnit(request)
  for (const { index, shown, reason } of outcomes) tally.addBulk(index, shown, reason, mark)
  noteContext(ctx, place, request.context)
  const answer = hashOf(outcomes.map(({ hash }) => hash).join())
  if (isSameAnswer(tag, parts, answer)) return { tag: tagOf(parts, answer), body: undefined }
  const metadata = { version: String(version), ...(reading.isStale && { stale: true }) }
  const rest = { metadata, eventStreams: [await streamOf(ctx, place, reading)] }
  // The flags are most of it, and text already.
  const flags = outcomes.map(({ text }) => text).join()
  const body = `{"flags":[${flags}],${JSON.stringify(rest satisfies Omit<BulkResponse, 'flags'>).slice(1)}`
  return { tag: tagOf(parts, answer), body }
}

async function streamOf(ctx: EvaluationContext, place: Place, { version }: Reading) {
  const ticket = await signTicket(ctx.env, place, ctx.now())
  const requestUri = `/ofrep/v1/stream?ticket=${ticket}&since=${version}`
  return { type: 'sse' as const, endpoint: { requestUri }, inactivityDelaySec: INACTIVITY_SECONDS }
}

/**
 * What GrowthBook's SDKs evaluate by themselves.
 *
 * @param announced Version of the announcement that made us look; 0 for none
 */
export async function readPayload(ctx: EvaluationContext, announced: number) {
  const { tenantId, environment } = placeOf(ctx)
  const reading = await readSince(ctx, environment, announced)
  const { features = {}, savedGroups = {}, ...rest } = clientPayload(reading.payload, 'client')
  const dateUpdated = ctx.now().toISOString()
  const payload = { status: 200 as const, ...rest, features, savedGroups, dateUpdated }
  // Versions are numbered in each environment: alone, one would be another's tag as well.
  const tag = `"${reading.version}.${hashOf(`${tenantId} ${environment}`)}"`
  return { tag, payload }
}

/** @throws ProblemError invalid_fields, naming the limit that the context is over */
export function limited<Value>(
  { context }: EvaluationRequest,
  run: () => Value,
  onError?: () => void,
): Value {
  try {
    checkContext(context)
    return run()
  } catch (error) {
    onError?.()
    if (!(error instanceof LimitError)) throw error
    const errors = [{ in: 'json', pointer: '/context', detail: error.message }]
    throw new ProblemError('invalid_fields', error.message, { errors, cause: error })
  }
}

const markOfUnit = ({ context: { targetingKey } }: EvaluationRequest) =>
  targetingKey === undefined ? undefined : markOf(targetingKey)

/** Names of customers' flags are without number; only those the platform asks for have a label. */
function countCheck(ctx: EvaluationContext, key: string, isFound: boolean): void {
  const flag_name = FLAG_NAMES.find((name) => name === key) ?? OTHER
  const result = isFound ? 'found' : 'missing'
  ctx.metrics.inc('voiceassist_feature_flag_checks_total', { flag_name, result })
}
