/** The words of the traces page, in English. */
import { count } from './plural-en.ts'

export const traces = {
  title: 'Traces',
  subtitle:
    'What requests did, step by step: a sample of the last seven days, and all that failed or took over a second.',
  filters: 'Filters',
  id: 'Trace or request id',
  route: 'Route',
  routeHint: 'Such as /api/ask',
  status: 'Status',
  anyStatus: 'Any status',
  duration: 'Took at least',
  anyDuration: 'Any time',
  outcome: 'Outcome',
  anyOutcome: 'Any outcome',
  onlyFailed: 'Failed somewhere',
  reach: 'Of',
  reaches: { own: 'This organization', all: 'The whole platform' },
  from: 'From',
  to: 'Until',
  clear: 'Clear',
  table: 'Traces',
  columns: { at: 'Time', name: 'Began as', status: 'Outcome', duration: 'Took', spans: 'Steps' },
  outcomes: { ok: 'Done', error: 'Failed' },
  open: (name: string, at: string) => `${name}, trace of ${at}`,
  empty: 'No trace matches.',
  emptyHint: 'Only a sample is kept of what ends well and soon.',
  back: 'All traces',
  trace: 'Trace',
  copyId: 'Copy trace id',
  summary: (spans: number, services: number, time: string) =>
    `${count(spans, 'step', 'steps')} in ${count(services, 'Worker', 'Workers')}, ${time}`,
  cut: 'There are more steps than are shown.',
  waterfall: 'Steps of the trace',
  keys: 'Arrow keys move from step to step, Enter opens one.',
  step: { service: 'Worker', duration: 'Took' },
  kind: 'Kind',
  kinds: {
    internal: 'Work',
    server: 'Answered a call',
    client: 'Call',
    producer: 'Sent a message',
    consumer: 'Handled a message',
  },
  started: 'Began',
  tenant: 'Organization',
  links: 'Links',
}

export type TraceMessages = typeof traces
