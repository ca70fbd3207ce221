/** What the two sides of PGlite's thread say to each other. */
export interface Start {
  /** Where the database lives; undefined for in memory. */
  readonly dataDir: string | undefined
  /** What a new database is made from: the packaged template, or a dump. */
  readonly source: 'existing' | 'template' | Uint8Array
  /** PostgreSQL itself, compiled. */
  readonly wasm: WebAssembly.Module
}

export type Call =
  | { readonly id: number; readonly type: 'exchange'; readonly bytes: Uint8Array }
  | { readonly id: number; readonly type: 'dump' | 'close' }

/** The answer with id 0 says that the database is open. */
export type Answer =
  | { readonly id: number; readonly bytes: Uint8Array }
  | { readonly id: number; readonly failure: string }
