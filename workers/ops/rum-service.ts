/**
 * Reports of browsers, counted. Nobody has to sign in to send one, so nothing of it is believed
 * beyond a number in a histogram: labels come from lists of ours, and few failures are passed on.
 */
import type { Log } from '../../shared/log.ts'
import { ACTIONS, PAGES } from '../../shared/metric-labels.ts'
import { OTHER } from '../../shared/metric.ts'
import type { Metrics } from '../../shared/metrics.ts'
import { isNotable, isSampled } from '../../shared/trace-sampling.ts'
import type { SpanData } from '../../shared/trace-span.ts'
import type { RumEvent, Step } from './rum-schemas.ts'
import { spanOf, type Timed } from './rum-span-service.ts'

export interface RumContext {
  /** By which the failures and spans passed on are counted: the isolate's environment. */
  readonly env: object
  readonly log: Log
  readonly metrics: Metrics
  readonly now: () => Date
  /** Paths of the routes there are. */
  readonly templates: () => readonly string[]
  /** Share of traces that are kept by chance, from 0 to 1. */
  readonly ratio: number
  /** @param isSampled Whether its trace is kept by chance, not for this span */
  readonly keepSpan: (span: SpanData, isSampled: boolean) => void
  readonly noteStep: (step: Step) => void
}

export function recordReport(ctx: RumContext, events: readonly RumEvent[]): void {
  for (const event of events) record(ctx, event)
}

function record(ctx: RumContext, event: RumEvent): void {
  const { metrics } = ctx
  switch (event.type) {
    case 'vital':
      return metrics.observe(
        'voiceassist_rum_web_vital_seconds',
        { name: event.name },
        event.ms / 1000,
      )
    case 'shift':
      return metrics.observe('voiceassist_rum_cls_score', {}, event.score)
    case 'load':
      metrics.observe('voiceassist_rum_page_load_seconds', {}, event.ms / 1000)
      return trace(ctx, event, '')
    case 'api': {
      const endpoint = endpointOf(event.path, ctx.templates())
      metrics.observe('voiceassist_rum_api_duration_seconds', { endpoint }, event.ms / 1000)
      return trace(ctx, event, endpoint)
    }
    case 'navigation': {
      const page = oneOf(PAGES, event.page)
      metrics.observe('voiceassist_rum_navigation_seconds', { page }, event.ms / 1000)
      return trace(ctx, event, page)
    }
    case 'click':
      return metrics.inc('voiceassist_rum_clicks_total', { action: oneOf(ACTIONS, event.action) })
    case 'step':
      return admit('step', ctx) ? ctx.noteStep(event.step) : undefined
    case 'error':
    case 'unhandledrejection':
      metrics.inc('voiceassist_rum_errors_total', { type: event.type })
      if (admit('failure', ctx)) passOn(ctx.log, event)
  }
}

/** Kept as spans of our own are: a share by chance, and what failed or was slow. */
function trace(ctx: RumContext, event: Timed, place: string): void {
  const span = spanOf(event, place, ctx.now().getTime())
  if (!span) return
  const isChosen = isSampled(span.traceId, undefined, ctx.ratio)
  if ((isChosen || isNotable(span)) && admit('span', ctx)) ctx.keepSpan(span, isChosen)
}

type Failure = Extract<RumEvent, { message: string }>

/** As a failure of ours: its line in the log is also a report (docs/operations/errors.md). */
function passOn(log: Log, { type, name, message, stack, page }: Failure): void {
  const error = Object.assign(new Error(message), { name, stack })
  log.error('a page of the console failed', { error, type, page: oneOf(PAGES, page) })
}

/** Of an isolate in a minute: strangers must not crowd out what is ours. */
const MOST = { failure: 10, span: 300, step: 300 } as const

type Counts = Record<keyof typeof MOST, number>

const minutes = new WeakMap<object, { minute: number; counts: Counts }>()

function admit(what: keyof typeof MOST, { env, now }: RumContext): boolean {
  const minute = Math.floor(now().getTime() / 60_000)
  const known = minutes.get(env)
  const counts = known?.minute === minute ? known.counts : { failure: 0, span: 0, step: 0 }
  minutes.set(env, { minute, counts })
  return ++counts[what] <= MOST[what]
}

/** Whose latency is of interest: what is asked of the API, not files or wildcards. */
const isEndpoint = (template: string) =>
  /^\/(?:api|v1|ofrep)\//.test(template) && !/\*/.test(template)

/**
 * The route's template that `path` belongs to, `__other__` without one. Of several the one that says
 * most literally, as the router has it.
 *
 * @param templates Paths of routes as Hono writes them, `/api/things/:id`
 */
export function endpointOf(path: string, templates: readonly string[]): string {
  const parts = path.split('/')
  let best = { template: OTHER as string, literal: -1 }
  for (const template of templates) {
    if (!isEndpoint(template)) continue
    const wanted = template.split('/')
    if (wanted.length !== parts.length) continue
    const isParam = (part: string) => part.startsWith(':')
    if (!wanted.every((part, at) => (isParam(part) ? parts[at] !== '' : part === parts[at])))
      continue
    const literal = wanted.filter((part) => !isParam(part)).length
    if (literal > best.literal) best = { template, literal }
  }
  return best.template
}

/** `text` where the list has it, else `__other__`. */
export const oneOf = <const Known extends string>(
  known: readonly Known[],
  text: string,
): Known | typeof OTHER => known.find((value) => value === text) ?? OTHER
