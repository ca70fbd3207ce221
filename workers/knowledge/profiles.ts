/**
 * How the two arms of a search are joined, per embedding model. Measured on five public test sets:
 * with embeddings that only know words, equal ranks cost up to 8 points of nDCG@10, a weighted sum
 * of scores at most one; with a model that knows meaning, equal ranks are right.
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

/**
 * @param model Its name; what follows a colon is a variant of the same model.
 * @param isEven Both arms alike, whatever the model
 */
export function fusionOf(model: string, isEven = false): Fusion {
  if (isEven) return RANKS
  return model.split(':')[0] === 'va-lexical-1' ? SCORES : RANKS
}
