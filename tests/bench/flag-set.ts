/**
 * The reference set of flags: 30 that are the same for everybody, 40 with four rules each (a pattern, a
 * version, a segment of fifty ids, a rollout of a fifth), 30 experiments with three variations; and 64
 * contexts, as large as those of a web application are.
 */
import type { Feature, Payload } from '../../workers/flags/engine/payload.ts'

const range = <Value>(count: number, make: (at: number) => Value) =>
  Array.from({ length: count }, (_, at) => make(at))

const staticFlag = (at: number): Feature => ({ defaultValue: at % 2 === 0 })

const targetedFlag = (at: number): Feature => ({
  defaultValue: false,
  rules: [
    {
      id: 'staff',
      force: true,
      condition: { email: { $regex: `@team${at % 7}\\.example\\.com$` } },
    },
    {
      id: 'modern',
      force: true,
      condition: { $and: [{ appVersion: { $vgte: `${4 + (at % 3)}.2.0` } }, { platform: 'ios' }] },
    },
    { id: 'segment', force: true, condition: { id: { $inGroup: `segment-${at % 4}` } } },
    {
      id: 'rollout',
      force: true,
      condition: { country: { $in: ['US', 'DE', 'FR', 'RU'] } },
      coverage: 0.2,
      hashVersion: 2,
      seed: `rollout-${at}`,
    },
  ],
})

const experimentFlag = (at: number): Feature => ({
  defaultValue: 'control',
  rules: [
    {
      id: 'experiment',
      key: `experiment-${at}`,
      seed: `seed-${at}`,
      hashVersion: 2,
      variations: ['control', 'red', 'blue'],
      meta: [{ key: '0' }, { key: '1' }, { key: '2' }],
      weights: [0.3334, 0.3333, 0.3333],
      coverage: 1,
    },
  ],
})

export const PAYLOAD: Payload & { features: Record<string, Feature> } = {
  features: Object.fromEntries([
    ...range(30, (at) => [`static-${at}`, staticFlag(at)]),
    ...range(40, (at) => [`targeted-${at}`, targetedFlag(at)]),
    ...range(30, (at) => [`experiment-${at}`, experimentFlag(at)]),
  ]),
  savedGroups: Object.fromEntries(
    range(4, (at) => [`segment-${at}`, range(50, (id) => `user-${id * 40 + at}`)]),
  ),
}

export const CONTEXTS = range(64, (at) => ({
  attributes: {
    id: `user-${at * 37}`,
    email: `user-${at}@${at % 5 === 0 ? `team${at % 7}.` : ''}example.com`,
    country: ['US', 'DE', 'FR', 'RU', 'BR', 'JP'][at % 6],
    plan: ['free', 'pro', 'enterprise'][at % 3],
    platform: ['ios', 'android', 'web'][at % 3],
    appVersion: `${3 + (at % 4)}.${at % 5}.${at % 9}`,
    signedIn: at % 2 === 0,
    sessions: at * 3,
  },
}))

export const FLAG_KEYS = Object.keys(PAYLOAD.features)
