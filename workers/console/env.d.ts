/** What vite.config.ts defines at build time. */

interface Guide {
  title: string
  /** Under /docs/. */
  path: string
}

declare const GUIDES: readonly Guide[]
