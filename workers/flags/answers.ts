/** Evaluations as OFREP answers them, one flag or all, and the entity tags of the answers to all. */
import type { Evaluation, EvaluationContext, Exposure } from './engine/run.ts'
import { evaluate } from './engine/snapshot.ts'
import { phaseOf } from './exposure-report.ts'
import type { EvaluationRequest, EvaluationResponse } from './ofrep-schemas.ts'
import type { Outcome, Published, PublishedFlag } from './published.ts'

/** What a key may see: those in pages and apps only what is marked for them. */
export type Audience = 'server' | 'client'

/** The targeting key is what rules and rollouts know as `id`, unless the context has one of its own. */
export function contextOf({ context }: EvaluationRequest): EvaluationContext {
  const { targetingKey } = context
  return { attributes: targetingKey === undefined ? context : { id: targetingKey, ...context } }
}

export function findVisible(
  { flags }: Published,
  key: string,
  audience: Audience,
): PublishedFlag | undefined {
  const flag = flags.get(key)
  return flag && isVisible(flag, audience) ? flag : undefined
}

const isVisible = ({ isClientVisible }: PublishedFlag, audience: Audience) =>
  audience === 'server' || isClientVisible

/**
 * Without a value there is no variant either: both are then those of the code that asks. Whoever counts
 * exposures is told of the experiment, and of its unit where that is not the targeting key.
 */
export function answerOf(
  { key, names, metadata }: PublishedFlag,
  { value, reason, exposure, variant: own }: Evaluation,
): EvaluationResponse {
  const answer: EvaluationResponse = { key, reason }
  if (value !== null) {
    answer.value = value
    const variant = exposure ? own : (names.get(value) ?? own)
    if (variant !== undefined) answer.variant = variant
  }
  const facts = exposure?.bucket === undefined ? undefined : factsOf(exposure)
  if (facts || Object.keys(metadata).length > 0) answer.metadata = { ...metadata, ...facts }
  return answer
}

function factsOf({ variation, hashAttribute, hashValue }: Exposure) {
  const { experiment } = variation
  const facts = { experiment: experiment.key, experimentPhase: phaseOf(experiment) }
  return hashAttribute === 'id' ? facts : { ...facts, experimentUnit: String(hashValue) }
}

/** Of every flag the audience may see, in the order of the snapshot. */
export function outcomesOf(
  { snapshot, flags }: Published,
  context: EvaluationContext,
  audience: Audience,
): Outcome[] {
  const outcomes: Outcome[] = []
  for (const flag of flags.values()) {
    if (!isVisible(flag, audience)) continue
    outcomes.push(outcomeOf(flag, evaluate(snapshot, flag.key, context)))
  }
  return outcomes
}

/** A flag has as many as its rules have values, and a list is searched; more are made anew each time. */
const MOST_OUTCOMES = 8

/** What was written before is not written again; exposures have their unit in the answer. */
function outcomeOf(flag: PublishedFlag, evaluation: Evaluation): Outcome {
  const { value, reason, variant, exposure } = evaluation
  const { outcomes } = flag
  if (exposure) return write(flag, evaluation)
  for (const known of outcomes) {
    if (known.value === value && known.own === variant && known.reason === reason) return known
  }
  const outcome = write(flag, evaluation)
  if (outcomes.length < MOST_OUTCOMES) outcomes.push(outcome)
  return outcome
}

function write(flag: PublishedFlag, evaluation: Evaluation): Outcome {
  const answer = answerOf(flag, evaluation)
  const text = JSON.stringify(answer)
  const { value, reason, variant: own } = evaluation
  const shown = answer.variant ?? ''
  return { index: flag.index, value, own, reason, shown, text, hash: hashOf(text) }
}

/** What an answer to all flags is made from. */
export interface TagParts {
  version: number
  /** Of the ticket in the answer: it must be renewed though all flags stay as they are. */
  epoch: number
  /** Hash of who asks, and with what context. */
  asked: string
}

/** Three parts that are known before anything is evaluated, and a hash of the answers. */
export const tagOf = ({ version, epoch, asked }: TagParts, answer: string): string =>
  `"${version}.${epoch}.${asked}.${answer}"`

/** Whether the caller has this very answer, as far as can be told without evaluating. */
export const isSameQuestion = (tag: string, { version, epoch, asked }: TagParts): boolean =>
  tag.startsWith(`"${version}.${epoch}.${asked}.`)

/** Whether another version of the snapshot gave the caller the same answer. */
export function isSameAnswer(tag: string, { epoch, asked }: TagParts, answer: string): boolean {
  const [, ...known] = tag.slice(1, -1).split('.')
  return known.join('.') === `${epoch}.${asked}.${answer}`
}

/** The tag of If-None-Match, be it weakened on the way (RFC 9110, section 13.1.2). */
export const knownTag = (header: string | undefined): string => header?.replace(/^W\//, '') ?? ''

/**
 * cyrb53 (public domain, https://github.com/bryc/code), 53 bits: tells answers of one caller apart.
 * Nothing is protected by it.
 */
export function hashOf(text: string): string {
  let [high, low] = [0xdeadbeef, 0x41c6ce57]
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    high = Math.imul(high ^ char, 2654435761)
    low = Math.imul(low ^ char, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return (4294967296 * (2097151 & low) + (high >>> 0)).toString(36)
}
