/** What the wire forms are made of: an answer, its sources and its citations, as knowledge gives them. */

export interface Place {
  documentId: string
  page: number
  /** Span in the document's canonical text. */
  start: number
  end: number
}

export interface Cited extends Place {
  /** The mark in the text. */
  number: number
  title: string
  quote: string
}

export interface Source extends Place {
  title: string
  fileName: string
  text: string
  score: number
  /** Of its file. */
  attributes?: Readonly<Record<string, string | number | boolean>>
  /** What the model was shown with it. */
  around?: readonly { start: number; end: number }[]
}

export interface Proved {
  answerId: string
  abstained: boolean
  text: string
  citations: readonly Cited[]
  withheld: number
  cached: boolean
  usage: { inputTokens: number; outputTokens: number }
  costMicroDollars: number
  timings: Readonly<Record<string, number>>
  /** By the knowledge base's id. */
  kbVersions: Readonly<Record<string, number>>
}

export type Happened =
  | { type: 'found'; answerId: string; sources: readonly Source[] }
  | { type: 'citation'; citation: Cited }
  | { type: 'delta'; text: string }
  | { type: 'done'; answer: Proved }

export interface Reply {
  /** As the caller named it. */
  model: string
  /** Seconds since 1970. */
  created: number
  /** Where links to passages begin. */
  publicUrl: string
}
