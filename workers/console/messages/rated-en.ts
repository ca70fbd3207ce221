/** The words of the list of rated answers, in English. */
import { count } from './plural-en.ts'

export const rated = {
  open: 'Rated answers',
  title: 'Rated answers',
  subtitle: 'What people thought of their answers in the last 90 days.',
  back: 'All sets',
  rating: 'Rating',
  anyRating: 'Any rating',
  ranges: { low: '0 to 2', middle: '3', high: '4 and 5' },
  reason: 'Words of the reason',
  table: 'Rated answers',
  columns: { rating: 'Rating', question: 'Question', when: 'Rated' },
  nothing: 'No rated answer matches.',
  abstained: 'no support was found',
  cited: (n: number) => count(n, 'document cited', 'documents cited'),
  keep: 'Save as case',
  keepOf: (question: string) => `Save as case: ${question}`,
  keepTitle: 'Keep this question as a case',
  keepHint:
    'The documents the model was shown. Tick those that are right; none if no document answers it.',
  noSets: 'No set asks a knowledge base this question was asked of: make one first.',
  gone: 'A document that is gone',
}

export type RatedMessages = typeof rated
