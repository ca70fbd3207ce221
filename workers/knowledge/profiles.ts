/**
 * Embedding profiles: what is to be known of an embedding model, and how the two arms of a search are
 * joined with its vectors. Measured on five public test sets: with embeddings that only know words, equal
 * ranks cost up to 8 points of nDCG@10, a weighted sum of scores at most one; with a model that knows
 * meaning, equal ranks are right.
 */

/** Weights of the fused score: of the arms' scores (each by its best) and of their ranks. */
export interface Fusion {
  lexicalScore: number
  vectorScore: number
  lexicalRank: number
  vectorRank: number
}

const SCORES: Fusion = { lexicalScore: 0.8, vectorScore: 0.2, lexicalRank: 0, vectorRank: 0 }
/** Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009), both arms alike. */
const RANKS: Fusion = { lexicalScore: 0, vectorScore: 0, lexicalRank: 1, vectorRank: 1 }

interface Profile {
  /** Length of its vectors; at most 2,000, for a row of the table has a page of 8 KB. */
  dimensions: number
  /** Whether the model is told the length: it can give longer vectors. */
  isCut: boolean
  /** Whether most of its numbers are zero: such vectors are scanned, which is quick, and never indexed. */
  isSparse: boolean
  fusion: Fusion
}

/** Of a model nobody here knows. */
const USUAL: Profile = { dimensions: 1536, isCut: false, isSparse: false, fusion: RANKS }

/** Dimensions as their makers' model cards have them. */
const KNOWN: Readonly<Record<string, Profile>> = {
  'va-lexical-1': { ...USUAL, isSparse: true, fusion: SCORES },
  'text-embedding-3-small': USUAL,
  'text-embedding-3-large': { ...USUAL, isCut: true },
  'text-embedding-ada-002': USUAL,
  'bge-m3': { ...USUAL, dimensions: 1024 },
  'mxbai-embed-large': { ...USUAL, dimensions: 1024 },
  'multilingual-e5-large': { ...USUAL, dimensions: 1024 },
  'nomic-embed-text': { ...USUAL, dimensions: 768 },
  'bge-base-en-v1.5': { ...USUAL, dimensions: 768 },
}

/** The models a knowledge base may have of its own. */
export const KNOWN_MODELS: readonly string[] = Object.keys(KNOWN)

/** @param model Its name; what follows a colon is a variant of the same model. */
export const profileOf = (model: string): Profile => KNOWN[model.split(':')[0] ?? ''] ?? USUAL

/**
 * @param models Those that were asked: cosines of several do not compare, so their ranks count
 * @param isEven Both arms alike, whatever the model
 */
export function fusionOf(models: readonly string[], isEven = false): Fusion {
  const [model = ''] = models
  return isEven || models.length > 1 ? RANKS : profileOf(model).fusion
}
