/** How far a run is, in percent, and how long the rest will take. */
import type { JobStage } from './schemas.ts'

/** What was counted of a run so far; totals are null until they are known. */
export interface Counted {
  pagesDone: number
  pagesTotal: number | null
  chunksDone: number
  chunksTotal: number | null
}

/** Percent at which each part begins; reading and embedding take nearly all the time. */
const PERCENT = { extract: 5, embed: 40, publish: 95 }

/** @param share Of the file that is read, 0 to 1. */
export const percentRead = (share: number): number =>
  PERCENT.extract + Math.floor(share * (PERCENT.embed - PERCENT.extract))

/** @param all More than 0. */
export const percentEmbedded = (done: number, all: number): number =>
  PERCENT.embed + Math.floor((done / all) * (PERCENT.publish - PERCENT.embed))

/** Less than this says too little of the pace. */
const FIRST_PERCENT = PERCENT.extract + 1

/**
 * Whole seconds until a run is done, at the pace it had so far; null while that cannot be told.
 *
 * @param startedAt When a worker took it first, milliseconds; null while none has.
 * @param updatedAt When it reached `percent`, milliseconds.
 */
export function etaSeconds(
  stage: JobStage,
  {
    startedAt,
    updatedAt,
    percent,
  }: { startedAt: number | null; updatedAt: number; percent: number },
): number | null {
  if (startedAt === null || stage === 'queue' || stage === 'done') return null
  if (percent < FIRST_PERCENT || updatedAt <= startedAt) return null
  return Math.ceil((((updatedAt - startedAt) / percent) * (100 - percent)) / 1000)
}
