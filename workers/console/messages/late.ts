/**
 * Words of pages that are loaded when they are opened, so that the first page need not carry them. Both
 * languages come along: they are few.
 */
import { evals as evalsEn } from './evals-en.ts'
import { evals as evalsRu } from './evals-ru.ts'
import { facts as factsEn } from './facts-en.ts'
import { facts as factsRu } from './facts-ru.ts'
import { useMessages } from './locale.tsx'
import { publishing as publishingEn } from './publishing-en.ts'
import { publishing as publishingRu } from './publishing-ru.ts'
import { rated as ratedEn } from './rated-en.ts'
import { rated as ratedRu } from './rated-ru.ts'

const en = { evals: evalsEn, facts: factsEn, publishing: publishingEn, rated: ratedEn }
type LateMessages = typeof en
const ru: LateMessages = {
  evals: evalsRu,
  facts: factsRu,
  publishing: publishingRu,
  rated: ratedRu,
}

/** By the code of their language. */
export const LATE = { en, ru }

export const useLateMessages = (): LateMessages => (useMessages().locale === 'ru' ? ru : en)
