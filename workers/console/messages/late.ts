/**
 * Words of pages that are loaded when they are opened, so that the first page need not carry them. Both
 * languages come along: they are few.
 */
import { approvals as approvalsEn } from './approvals-en.ts'
import { approvals as approvalsRu } from './approvals-ru.ts'
import { assistants as assistantsEn } from './assistants-en.ts'
import { assistants as assistantsRu } from './assistants-ru.ts'
import { conversations as conversationsEn } from './conversations-en.ts'
import { conversations as conversationsRu } from './conversations-ru.ts'
import { evals as evalsEn } from './evals-en.ts'
import { evals as evalsRu } from './evals-ru.ts'
import { experiments as experimentsEn } from './experiments-en.ts'
import { experiments as experimentsRu } from './experiments-ru.ts'
import { facts as factsEn } from './facts-en.ts'
import { facts as factsRu } from './facts-ru.ts'
import { flagTools as flagToolsEn } from './flag-tools-en.ts'
import { flagTools as flagToolsRu } from './flag-tools-ru.ts'
import { useMessages } from './locale.tsx'
import { publishing as publishingEn } from './publishing-en.ts'
import { publishing as publishingRu } from './publishing-ru.ts'
import { rated as ratedEn } from './rated-en.ts'
import { rated as ratedRu } from './rated-ru.ts'
import { search as searchEn } from './search-en.ts'
import { search as searchRu } from './search-ru.ts'
import { sessions as sessionsEn } from './sessions-en.ts'
import { sessions as sessionsRu } from './sessions-ru.ts'
import { voiceTools as voiceToolsEn } from './voice-tools-en.ts'
import { voiceTools as voiceToolsRu } from './voice-tools-ru.ts'

const en = {
  search: searchEn,
  flagTools: flagToolsEn,
  experiments: experimentsEn,
  approvals: approvalsEn,
  assistants: assistantsEn,
  conversations: conversationsEn,
  evals: evalsEn,
  facts: factsEn,
  publishing: publishingEn,
  rated: ratedEn,
  sessions: sessionsEn,
  voiceTools: voiceToolsEn,
}
export type LateMessages = typeof en
const ru: LateMessages = {
  search: searchRu,
  flagTools: flagToolsRu,
  experiments: experimentsRu,
  approvals: approvalsRu,
  assistants: assistantsRu,
  conversations: conversationsRu,
  evals: evalsRu,
  facts: factsRu,
  publishing: publishingRu,
  rated: ratedRu,
  sessions: sessionsRu,
  voiceTools: voiceToolsRu,
}

/** By the code of their language. */
export const LATE = { en, ru }

export const useLateMessages = (): LateMessages => (useMessages().locale === 'ru' ? ru : en)
