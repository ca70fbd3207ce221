/** The words of the overview, in English. */
import { count } from './plural-en.ts'

export const overview = {
  title: 'Overview',
  subtitle: 'Traffic of all organizations together, and what the platform depends on.',
  period: 'Period',
  periods: { '1h': '1 hour', '6h': '6 hours', '24h': '24 hours', '7d': '7 days', '30d': '30 days' },
  requests: 'Requests',
  failed: 'Failed',
  refused: 'Refused',
  p95: '95 % within',
  version: (version: string) => `Version ${version}`,
  traffic: {
    title: 'Requests',
    hint: 'Answered, refused (4xx) and failed (5xx).',
    answered: 'Answered',
    summary: (requests: number, failed: number) =>
      `${count(requests, 'request', 'requests')}, ${failed} failed`,
  },
  latency: {
    title: 'Latency',
    hint: 'Within which half, and 95 of 100, of the requests were answered.',
    median: 'Half',
    p95: '95 of 100',
    summary: (time: string) => `95 of 100 requests within ${time}`,
    none: 'Nothing was measured.',
  },
  dependencies: {
    title: 'Dependencies',
    hint: 'Asked at most every two seconds.',
    up: 'Answers',
    down: 'Does not answer',
    names: {
      database: 'Database',
      vector: 'Vector search',
      redis: 'Cache',
      queue: 'Queue',
      r2: 'File storage',
      identity: 'Identity Worker',
    },
  },
  journeys: {
    title: 'Journeys',
    hint: (days: number) =>
      `How far visitors of the console came in ${days} days. Each counts once a day, by no name.`,
    none: 'Nobody set out yet.',
    names: { question: 'Asking', document: 'Adding knowledge', call: 'Talking' },
    steps: {
      login: 'Signed in',
      query: 'Asked',
      result: 'Answered',
      upload: 'Uploaded',
      indexed: 'Searchable',
      cited: 'Cited',
      call: 'Call opened',
      turn: 'First reply',
      completed: 'Ended well',
    },
    dropped: (visitors: number) => `${visitors} went no further`,
    daily: (journey: string, finished: number, began: number) =>
      `${journey} by day: ${finished} of ${began} came to the end`,
  },
  changes: {
    title: 'Recent changes',
    hint: 'In this organization; those of the period are marked in the charts.',
    none: 'Nothing was changed.',
    all: 'Audit log',
  },
}

export type OverviewMessages = typeof overview
