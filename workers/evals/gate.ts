/** Whether what was measured is enough for a knowledge base to be published. */

const MEASURES = ['ndcg', 'recall', 'citationPrecision', 'abstainedRightly'] as const
type Measure = (typeof MEASURES)[number]

/** The least that is asked for. */
export type Least = { readonly [name in Measure]?: number | undefined }

export interface Measured {
  status: string
  /** Versions of the knowledge base when the run began and ended. */
  kbVersion: number
  kbVersionEnd: number | null
  profile: Profile
  summary: Readonly<Record<Measure, number | null>> | null
}

/** What decides what is found; whether the model answered too is another matter. */
export interface Profile {
  arm: string
  strategy: string
  maxSources: number
  minRelevance: number
  embeddingModel: string
  chatModel: string
}

export interface Missed {
  measure: Measure
  least: number
  /** Null when the run says nothing of it, as one without answers of citations. */
  got: number | null
}

/** Whether a run measured this version, whole, with the settings that people get. */
export function isOf(run: Measured, version: number, profile: Profile): boolean {
  const { arm, strategy, maxSources, minRelevance, embeddingModel, chatModel } = run.profile
  return (
    run.status === 'done' &&
    run.kbVersion === version &&
    run.kbVersionEnd === version &&
    arm === profile.arm &&
    strategy === profile.strategy &&
    maxSources === profile.maxSources &&
    minRelevance === profile.minRelevance &&
    embeddingModel === profile.embeddingModel &&
    chatModel === profile.chatModel
  )
}

/** What a run falls short of, or says nothing of; in the order of measures. */
export function missedBy(summary: Measured['summary'], asked: Least): Missed[] {
  return MEASURES.flatMap((measure) => {
    const least = asked[measure]
    if (least === undefined) return []
    const got = summary?.[measure] ?? null
    return got !== null && got >= least ? [] : [{ measure, least, got }]
  })
}
