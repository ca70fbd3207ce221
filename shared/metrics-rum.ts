/** What browsers report of the console (docs/operations/rum.md); part of the catalogue. Pure data. */
import { ACTIONS, PAGES, STEPS } from './metric-labels.ts'
import { counter, histogram, OPEN, seconds } from './metric.ts'

/** Upper bounds, in seconds, for what somebody waits for. */
export const REQUEST = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 2.5, 5, 10]

export const RUM_METRICS = {
  voiceassist_rum_web_vital_seconds: seconds(
    'Web vitals of the console as browsers measured them.',
    { name: ['LCP', 'INP', 'FCP', 'TTFB'] },
    REQUEST,
  ),
  voiceassist_rum_cls_score: histogram(
    'How far a page of the console shifted while it loaded.',
    {},
    [0, 0.01, 0.05, 0.1, 0.15, 0.25, 0.5, 1],
  ),
  voiceassist_rum_page_load_seconds: seconds('Time until the console had loaded.', {}, REQUEST),
  voiceassist_rum_navigation_seconds: seconds(
    'Time until a page of the console was shown.',
    { page: PAGES },
    REQUEST,
  ),
  voiceassist_rum_api_duration_seconds: seconds(
    'Time until a response began, as browsers measured it.',
    { endpoint: OPEN },
    REQUEST,
  ),
  voiceassist_rum_clicks_total: counter('Clicks on named actions of the console.', {
    action: ACTIONS,
  }),
  voiceassist_rum_errors_total: counter('Failures in browsers.', {
    type: ['error', 'unhandledrejection'],
  }),
  voiceassist_journey_steps_total: counter('Steps of journeys that visitors took.', {
    journey: ['question', 'document', 'call'],
    step: STEPS,
  }),
  voiceassist_journey_events_total: counter('Steps to be kept, by what became of them.', {
    result: ['sent', 'failed', 'dropped'],
  }),
} as const
