/** When not to answer, and what to say then. */

/**
 * Least relevance of a chunk that may be a source, unless the flag `rag_score_threshold` has another. Measured on SciFact: 19 of 20 answerable questions
 * pass, and what is far from the subject does not; a first gate, never the only one.
 */
export const MIN_RELEVANCE = 0.2

/** 0 to 1: how much of the question's rarer words a chunk has, or how near its vector is. */
export const relevanceOf = ({ coverage, cosine }: { coverage: number; cosine: number | null }) =>
  Math.max(coverage, cosine ?? 0)

const NO_ANSWER = {
  en: 'I could not find an answer to that in the documents.',
  ru: 'В документах я не нашёл ответа на этот вопрос.',
}

/** In the question's language, as far as its letters tell. */
export function abstention(question: string): string {
  return /\p{Script=Cyrillic}/u.test(question) ? NO_ANSWER.ru : NO_ANSWER.en
}
