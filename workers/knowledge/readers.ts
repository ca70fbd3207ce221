/**
 * Who may read a document: nobody but those its labels name, or everybody in the tenant when it has
 * none. Labels are texts, `role:editor`, `group:<team>`, `user:<id>`: exact, and without a table of
 * numbers that a lookup would have to pass through. Which labels somebody has is reach-store.ts.
 */

export interface Reader {
  /** The labels this reader has, as far as documents name them. */
  labels: readonly string[]
  /** Whether documents with health data are seen too. */
  seesPhi: boolean
}

/** Sees what is for everybody. */
export const EVERYBODY: Reader = { labels: [], seesPhi: false }
