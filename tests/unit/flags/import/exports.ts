/** Exports as the four products give them. */
import { flagd } from './flagd-export.ts'
import { growthBook } from './growthbook-export.ts'
import { launchDarkly } from './launchdarkly-export.ts'
import { unleash } from './unleash-export.ts'

export const exportOf = { flagd, unleash, launchDarkly, growthBook }
