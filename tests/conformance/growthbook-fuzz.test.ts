/**
 * The engine beside GrowthBook's own SDK, on random flags and contexts: value, source, rule, experiment,
 * exposures and sticky documents must be equal. With SOAK=1 a million evaluations; the seed is fixed.
 */
import { isDeepStrictEqual } from 'node:util'
import { GrowthBookClient, type UserContext } from '@growthbook/growthbook'
import { expect, test, vi } from 'vitest'
import { admitSnapshot } from '../../workers/flags/engine/admission.ts'
import type { Exposure, StickyDoc, StickyDocs } from '../../workers/flags/engine/run.ts'
import { evaluate } from '../../workers/flags/engine/snapshot.ts'
import { contextOf, payloadOf, randomOf, stickyOf } from './growthbook-payloads.ts'
import { asFeatureResult } from './growthbook-results.ts'

const EVALUATIONS = process.env['SOAK'] === '1' ? 1_000_000 : 30_000
const CONTEXTS_PER_PAYLOAD = 10

type Difference = { payload: object; key: string; context: object; ours: unknown; theirs: unknown }

test(
  `${EVALUATIONS} random evaluations are those of GrowthBook’s SDK`,
  { timeout: 900_000 },
  () => {
    // The SDK complains of weights it then mends; so does this test's payloads' author on purpose.
    const complaints = vi.spyOn(console, 'error').mockReturnValue()
    const sources = new Map<string, number>()
    const differences: Difference[] = []
    let evaluations = 0
    try {
      for (let seed = 1; evaluations < EVALUATIONS && differences.length === 0; seed++) {
        for (const { source, difference } of compared(seed)) {
          evaluations++
          sources.set(source, (sources.get(source) ?? 0) + 1)
          if (difference) differences.push(difference)
        }
      }
    } finally {
      complaints.mockRestore()
    }
    expect(differences[0]).toBeUndefined()
    // Random payloads that end in defaults only would prove nothing.
    const common = ['defaultValue', 'force', 'experiment', 'prerequisite', 'cyclicPrerequisite']
    for (const source of common) expect(sources.get(source)).toBeGreaterThan(EVALUATIONS / 1000)
  },
)

function* compared(seed: number): Generator<{ source: string; difference?: Difference }> {
  const random = randomOf(seed)
  const payload = payloadOf(random)
  const snapshot = admitSnapshot(payload)
  const client = new GrowthBookClient().initSync({ payload: payload as never })
  for (let at = 0; at < CONTEXTS_PER_PAYLOAD; at++) {
    const context = contextOf(random)
    const sticky = random.chance(0.5) ? stickyOf(random, context) : undefined
    for (const key of [...Object.keys(payload.features), 'nobody made it']) {
      const evaluation = evaluate(snapshot, key, context, sticky)
      const exposures = [evaluation.exposure, ...(evaluation.otherExposures ?? [])]
      const ours = {
        result: asFeatureResult(evaluation),
        exposed: distinct(
          exposures.flatMap((one) => (one?.bucket === undefined ? [] : nameOf(one))),
        ),
        stored: byKey(evaluation.sticky ?? []),
      }
      const theirs = theirsOf(client, key, context, sticky)
      const { source } = evaluation
      if (isDeepStrictEqual(ours, theirs)) yield { source }
      else
        yield {
          source,
          difference: { payload, key, context: { ...context, sticky }, ours, theirs },
        }
    }
  }
}

function theirsOf(client: GrowthBookClient, key: string, context: object, sticky?: StickyDocs) {
  const saved: StickyDoc[] = []
  const exposed: string[] = []
  const user: UserContext = {
    ...context,
    trackingCallback: ({ key: experiment }, { variationId, hashValue }) => {
      exposed.push(JSON.stringify([experiment, variationId, hashValue]))
    },
    ...(sticky && {
      stickyBucketAssignmentDocs: structuredClone(sticky) as never,
      saveStickyBucketAssignmentDoc: async (doc: StickyDoc) => void saved.push(doc),
    }),
  }
  const result = client.evalFeature(key, user)
  return { result, exposed: distinct(exposed), stored: byKey(saved) }
}

const nameOf = ({ variation: { experiment, index }, hashValue }: Exposure) =>
  JSON.stringify([experiment.key, index, hashValue])

const distinct = (names: readonly string[]) => [...new Set(names)].toSorted()

/** The last of each: an experiment may be met more than once on the way. */
const byKey = (docs: readonly StickyDoc[]) =>
  Object.fromEntries(docs.map((doc) => [`${doc.attributeName}||${doc.attributeValue}`, doc]))
