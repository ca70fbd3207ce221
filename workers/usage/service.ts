/**
 * The meter every provider call goes through: it is opened before the call and closed after it, and
 * what it says then is in the ledger, whatever became of the call. No request waits for the ledger.
 * Budgets are budget-service.ts, reports report-service.ts.
 */
import type { Actor, WithEnv } from '../../shared/context.ts'
import { newId } from '../../shared/ids.ts'
import type { LabelsOf } from '../../shared/metrics-catalogue.ts'
import { parsePrices } from '../../shared/model-price.ts'
import { type BudgetEnv, hasLimits, reserveBudget, settleBudget } from './budget-client.ts'
import { tableWith } from './price-table.ts'
import {
  estimateTokens,
  mostTokensOf,
  NO_UNITS,
  type PricedModel,
  priceCall,
  type Units,
} from './prices.ts'
import type { Payer } from './purse-service.ts'
import type { ModelPrice, UsageMessage } from './schemas.ts'

export { createPurse } from './purse-service.ts'
export { estimateTokens, mostTokensOf }

export interface UsageEnv extends BudgetEnv {
  readonly OPENAI_BASE_URL: string
  readonly MODEL_PRICES: string
  readonly USAGE_EVENTS: { send(message: UsageMessage): Promise<unknown> }
}

/** What one answer, message or call costs, over all the provider calls made for it. */
export interface Bill {
  readonly subjectId: string
  microDollars: number
}

export type UsageContext = WithEnv<UsageEnv> & {
  readonly bill?: Bill
  /** Pays instead of a reservation for each call; asked only where a budget limits the tenant. */
  readonly purse?: Payer
}

/** From here on what the context's calls cost is on the bill too. */
export function withBill<Ctx extends UsageContext>(ctx: Ctx, subjectId: string) {
  const bill: Bill = { subjectId, microDollars: 0 }
  return { ...ctx, bill }
}

export interface Use {
  model: string
  kind: ModelPrice['kind']
  purpose: LabelsOf<'voiceassist_openai_api_calls_total'>['purpose']
  /** Host of the provider, when it is not the one of OPENAI_BASE_URL. */
  provider?: string
}

/** Closed once: by `settle` when the provider did something, by `release` when it did not. */
export interface MeteredCall {
  /** @param isEstimated Whether we counted, not the provider. */
  settle(units: Partial<Units>, isEstimated?: boolean): void
  release(): void
}

/**
 * @param bound The most the call can use; looked at only where a budget limits the tenant.
 * @throws ProblemError budget_exceeded; dependency_down when a budget is there and cannot be asked
 */
export async function openCall(
  ctx: UsageContext,
  use: Use,
  bound: () => Partial<Units>,
): Promise<MeteredCall> {
  const id = newId(ctx.now())
  const isLimited = await hasLimits(ctx)
  if (isLimited) {
    const { microDollars } = price(ctx, use, { ...NO_UNITS, ...bound() }, ctx.now())
    const payer = ctx.purse ?? BUDGET
    await payer.hold(ctx, id, nameOf(ctx.actor), microDollars)
  }
  let isOpen = true
  const close = (microDollars: number) => {
    isOpen = false
    if (isLimited) (ctx.purse ?? BUDGET).spend(ctx, id, microDollars)
  }
  return {
    settle(units, isEstimated = false) {
      if (isOpen) close(record(ctx, { id, use, units: { ...NO_UNITS, ...units }, isEstimated }))
    },
    release() {
      if (isOpen) close(0)
    },
  }
}

/** A reservation for each call. */
const BUDGET: Payer = {
  hold: (ctx, id, spender, microDollars) => reserveBudget(ctx, { id, spender, microDollars }),
  spend: (ctx, id, microDollars) => ctx.defer(settleBudget(ctx, id, microDollars)),
}

function nameOf(actor: Actor): string | null {
  const { userId, keyId } = spenderOf(actor)
  if (userId !== null) return `user:${userId}`
  return keyId === null ? null : `key:${keyId}`
}

interface Whole<Result> {
  result: Result
  units: Partial<Units>
  isEstimated?: boolean
}

interface Limits {
  /** The most it can use. */
  bound: () => Partial<Units>
  /** What it probably uses. */
  guess: Partial<Units>
  signal?: AbortSignal | undefined
}

/**
 * A call that is answered in one piece. One that fails costs nothing; one that was given up on costs
 * what `guess` says, for the provider may have done it.
 */
export async function meterCall<Result>(
  ctx: UsageContext,
  use: Use,
  { bound, guess, signal }: Limits,
  run: () => Promise<Whole<Result>>,
): Promise<Result> {
  const call = await openCall(ctx, use, bound)
  try {
    const { result, units, isEstimated } = await run()
    call.settle(units, isEstimated)
    return result
  } catch (error) {
    if (signal?.aborted) call.settle(guess, true)
    else call.release()
    throw error
  }
}

/** As OpenAI's chat completions say it; cached tokens are among the prompt's. */
interface ChatUsage {
  prompt_tokens: number
  completion_tokens: number
  prompt_tokens_details?: { cached_tokens?: number } | null
}

export interface ChatMeter {
  /** The provider has taken the request: from now on it costs something. */
  answered(): void
  hear(text: string): void
  count(usage: ChatUsage): void
  /** To be called however the stream ends. */
  close(): void
}

export interface ChatBody {
  readonly messages: readonly { readonly content: string }[]
  readonly tools?: readonly unknown[]
  /** What the model may write at most. */
  readonly max_completion_tokens: number
}

/** All that is sent has at least a byte per token; JSON's marks outweigh those of the chat format. */
function boundOf({ messages, tools = [], max_completion_tokens }: ChatBody): Partial<Units> {
  const input = mostTokensOf(JSON.stringify([messages, tools])) + 16
  return { input, output: max_completion_tokens }
}

/** Per text, for each ends in a token of its own. */
function estimatePrompt({ messages, tools }: ChatBody): number {
  const texts = messages.map(({ content }) => content)
  const all = tools ? [...texts, JSON.stringify(tools)] : texts
  return all.reduce((tokens, text) => tokens + estimateTokens(text), 0)
}

/**
 * A streamed reply. One that breaks off, or whose reader leaves, costs what was said by then: counted
 * by us, and marked so.
 */
export async function openChat(
  ctx: UsageContext,
  use: Omit<Use, 'kind'>,
  body: ChatBody,
  signal: AbortSignal,
): Promise<ChatMeter> {
  const call = await openCall(ctx, { ...use, kind: 'chat' }, () => boundOf(body))
  let [isAnswered, said, counted] = [false, '', undefined as ChatUsage | undefined]
  return {
    answered: () => void (isAnswered = true),
    hear: (text) => void (said += text),
    count: (usage) => void (counted = usage),
    close() {
      if (counted) call.settle(unitsOf(counted))
      // One that was given up on may have reached the provider.
      else if (!isAnswered && !signal.aborted) call.release()
      else call.settle({ input: estimatePrompt(body), output: estimateTokens(said) }, true)
    },
  }
}

function unitsOf({ prompt_tokens, completion_tokens, prompt_tokens_details }: ChatUsage) {
  const cachedInput = Math.min(prompt_tokens_details?.cached_tokens ?? 0, prompt_tokens)
  return { input: prompt_tokens - cachedInput, cachedInput, output: completion_tokens }
}

interface Closed {
  id: string
  use: Use
  units: Units
  isEstimated: boolean
}

/** @returns what it cost, in micro-dollars */
function record(ctx: UsageContext, { id, use, units, isEstimated }: Closed): number {
  const at = ctx.now()
  const { microDollars, version } = price(ctx, use, units, at)
  const { purpose, model } = use
  const { tenantId, requestId, bill } = ctx
  if (bill) bill.microDollars += microDollars
  const { provider = new URL(ctx.env.OPENAI_BASE_URL).host } = use
  count(ctx, { provider, use, units, microDollars })
  const message: UsageMessage = {
    id,
    at: at.toISOString(),
    tenantId,
    provider,
    model,
    purpose,
    endpoint: ctx.endpoint ?? (ctx.actor.type === 'system' ? ctx.actor.job : 'unknown'),
    ...spenderOf(ctx.actor),
    subjectId: bill?.subjectId ?? null,
    requestId,
    units,
    microDollars,
    priceVersion: version,
    estimated: isEstimated,
  }
  const send = async () => {
    try {
      await ctx.env.USAGE_EVENTS.send(message)
    } catch (error) {
      ctx.log.error('a provider call could not be queued for the ledger', { usage: message, error })
    }
  }
  ctx.defer(send())
  return microDollars
}

function spenderOf(actor: Actor): Pick<UsageMessage, 'userId' | 'keyId'> {
  return {
    userId: actor.type === 'user' ? actor.userId : null,
    keyId: actor.type === 'key' ? actor.keyId : null,
  }
}

const tables = new WeakMap<UsageEnv, readonly PricedModel[]>()

function tableOf(env: UsageEnv): readonly PricedModel[] {
  const table = tables.get(env) ?? tableWith(parsePrices(env.MODEL_PRICES))
  tables.set(env, table)
  return table
}

/** The one that reads and writes for the least; of equals the first. One without a price is dear. */
export function cheapestModel({ env, now }: UsageContext, models: readonly [string, ...string[]]) {
  const units = { ...NO_UNITS, input: 1_000_000, output: 1_000_000 }
  const costOf = (model: string) =>
    priceCall(tableOf(env), { model, kind: 'chat', at: now() }, units).microDollars
  return models.reduce((cheap, model) => (costOf(model) < costOf(cheap) ? model : cheap))
}

function price({ env, log, metrics }: UsageContext, use: Use, units: Units, at: Date) {
  const { model, kind } = use
  const priced = priceCall(tableOf(env), { model, kind, at }, units)
  if (!priced.isKnown) {
    metrics.inc('voiceassist_unpriced_calls_total', { model })
    log.warn('the model has no price: MODEL_PRICES can name one', { model, kind, taken: priced })
  }
  return priced
}

interface Counted {
  provider: string
  use: Use
  units: Units
  microDollars: number
}

function count({ metrics }: UsageContext, { provider, use, units, microDollars }: Counted): void {
  const { model, kind } = use
  const input = units.input + units.cachedInput + units.audioInput
  const output = units.output + units.audioOutput
  const tokens = 'voiceassist_openai_tokens_used_total'
  if (input > 0) metrics.inc(tokens, { model, token_type: 'input' }, input)
  if (output > 0) metrics.inc(tokens, { model, token_type: 'output' }, output)
  if (microDollars === 0) return
  const dollars = microDollars / 1_000_000
  metrics.inc('voiceassist_openai_api_cost_dollars_total', {}, dollars)
  metrics.inc('voiceassist_cost_dollars_total', { provider, kind }, dollars)
}
