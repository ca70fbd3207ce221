/**
 * Reports of browsers, counted. Nobody has to sign in to send one, so nothing of it is believed
 * beyond a number in a histogram: labels come from lists of ours, and few failures are passed on.
 */
import type { Log } from '../../shared/log.ts'
import { ACTIONS, PAGES } from '../../shared/metric-labels.ts'
import { OTHER } from '../../shared/metric.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { RumEvent } from './rum-schemas.ts'

export interface RumContext {
  /** By which the failures passed on are counted: the isolate's environment. */
  readonly env: object
  readonly log: Log
  readonly metrics: Metrics
  readonly now: () => Date
  /** Paths of the routes there are. */
  readonly templates: () => readonly string[]
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
      return metrics.observe('voiceassist_rum_page_load_seconds', {}, event.ms / 1000)
    case 'api': {
      const endpoint = endpointOf(event.path, ctx.templates())
      return metrics.observe('voiceassist_rum_api_duration_seconds', { endpoint }, event.ms / 1000)
    }
    case 'navigation': {
      const page = oneOf(PAGES, event.page)
      return metrics.observe('voiceassist_rum_navigation_seconds', { page }, event.ms / 1000)
    }
    case 'click':
      return metrics.inc('voiceassist_rum_clicks_total', { action: oneOf(ACTIONS, event.action) })
    case 'error':
    case 'unhandledrejection':
      metrics.inc('voiceassist_rum_errors_total', { type: event.type })
      if (admit(ctx)) passOn(ctx.log, event)
  }
}

type Failure = Extract<RumEvent, { message: string }>

/** As a failure of ours: its line in the log is also a report (docs/operations/errors.md). */
function passOn(log: Log, { type, name, message, stack, page }: Failure): void {
  const error = Object.assign(new Error(message), { name, stack })
  log.error('a page of the console failed', { error, type, page: oneOf(PAGES, page) })
}

/** Of an isolate: strangers must not crowd out the reports of our own failures. */
const MAX_PER_MINUTE = 10

const minutes = new WeakMap<object, { minute: number; count: number }>()

function admit({ env, now }: RumContext): boolean {
  const minute = Math.floor(now().getTime() / 60_000)
  const known = minutes.get(env)
  const count = known?.minute === minute ? known.count + 1 : 1
  minutes.set(env, { minute, count })
  return count <= MAX_PER_MINUTE
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
