/** Decisions made again, with what led to them; and what a change would do to those who asked lately. */
import { ProblemError } from '../../shared/errors.ts'
import { contextOf } from './answers.ts'
import { canonicalText, compilePayload } from './compile.ts'
import { explain } from './engine/snapshot.ts'
import { limited } from './evaluation-service.ts'
import type { Explanation, ExplainQuery, Impact, PreviewRequest } from './explain-schemas.ts'
import { getDraft } from './history-service.ts'
import { hubOf } from './hub-client.ts'
import { impactOf } from './impact.ts'
import { lintChange } from './lint.ts'
import { selectModel } from './model-store.ts'
import { applyWrites, type Model } from './model.ts'
import { refuse } from './publish-service.ts'
import { compilePublished, type Published } from './published.ts'
import { based, changedDocument, type FlagContext, flagWrite, noEnvironment } from './service.ts'
import { readSnapshot, readStored } from './snapshot-service.ts'

/**
 * The same snapshot and context always decide alike, so this is how it was.
 *
 * @throws ProblemError not_found for a version, or a flag in it, that there is not; invalid_fields for a
 *   context over a limit
 */
export async function explainFlag(
  ctx: FlagContext,
  key: string,
  { environment, version, context }: ExplainQuery,
): Promise<Explanation> {
  const read = await snapshotAt(ctx, environment, version)
  const flag = read.published.flags.get(key)
  if (!flag) {
    const detail = `Version ${read.version} of ${environment} has no flag named ${key}.`
    throw new ProblemError('not_found', detail)
  }
  const { evaluation, trace } = limited({ context }, () =>
    explain(read.published.snapshot, key, contextOf({ context })),
  )
  const { value, reason, ruleId, exposure, variant: own } = evaluation
  const name = exposure || value === null ? own : (flag.names.get(value) ?? own)
  const steps = trace.map((step) => ({ ...step, bucket: bucketOf(step.bucket) }))
  const decided = steps.findLast((step) => step.flag === key && step.outcome === 'decided')
  return {
    key,
    environment,
    version: read.version,
    value,
    variant: name ?? null,
    reason,
    ruleId: ruleId || null,
    bucket: decided?.bucket ?? null,
    trace: steps,
  }
}

async function snapshotAt(ctx: FlagContext, environment: string, version: number | undefined) {
  if (version === undefined) {
    const reading = await readSnapshot(ctx, environment)
    return { version: reading.version, published: reading }
  }
  const stored = await readStored(ctx, environment, version)
  if (stored) return { version, published: compilePublished(stored) }
  throw new ProblemError('not_found', `There is no version ${version} of ${environment}.`)
}

const bucketOf = (share: number | undefined) =>
  share === undefined ? null : Math.round(share * 10_000)

/**
 * Tries a change on the contexts that were kept; nothing is published.
 *
 * @throws ProblemError not_found, conflict, invalid_fields for what lint refuses
 */
export async function previewFlag(
  ctx: FlagContext,
  name: string,
  { environment, change = {}, draft }: PreviewRequest,
): Promise<Impact> {
  const place = { tenantId: ctx.tenantId, environment }
  const [model, kept] = await Promise.all([selectModel(ctx), hubOf(ctx.env, place).contexts(place)])
  if (!model.environments.has(environment)) noEnvironment(environment)
  const document =
    draft === undefined
      ? changedDocument(based(model, name, change.version).document, change)
      : (await getDraft(ctx, name, draft)).document
  const after = applyWrites(model, [flagWrite(ctx, model, { name, document, comment: '' })])
  refuse(lintChange(model, after))
  const contexts = kept.map((text): Record<string, unknown> => JSON.parse(text))
  const [was, becomes] = [compiled(model, environment), compiled(after, environment)]
  const flags = impactOf(was, becomes, name, contexts)
  return { environment, contexts: contexts.length, flags }
}

function compiled(model: Model, environment: string): Published {
  const payload = canonicalText(compilePayload(model, environment))
  return compilePublished({ version: 0, sha256: '', payload })
}
