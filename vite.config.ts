/** How the console is built: React pages of workers/console as static files under /console/. */
import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const at = (path: string) => join(import.meta.dirname, path)

/** Title (first heading) and path of each guide, so that the Help page never lists a missing one. */
async function listGuides() {
  const guides: { title: string; path: string }[] = []
  for await (const path of glob('**/*.md', { cwd: at('docs') })) {
    const title = /^# (.+)$/m.exec(readFileSync(at(`docs/${path}`), 'utf8'))?.[1] ?? path
    guides.push({ title, path })
  }
  return guides.toSorted((a, b) => a.path.localeCompare(b.path))
}

/** A running stack answers for everything that is not a page. */
const API = 'http://127.0.0.1:8787'

/** Libraries apart from our own code, so that a deploy of ours leaves them in the readers' caches. */
const CHUNKS = [
  { name: 'react', test: /node_modules\/(react|react-dom|scheduler|use-sync-external-store)\// },
  { name: 'tanstack', test: /node_modules\/@tanstack\// },
  {
    name: 'base',
    // Not the words of pages that are opened later (messages/late.ts), nor what brings them along.
    test: /lucide-react|workers\/console\/(ui\/(?!turn-parts)|lib\/(?!(application|approval|assistant|conversation|cost|eval|experiment|mcp-server|reservation)-queries)|messages\/(?!late|(account|applications|approvals|assistants|audit|conversations|costs|evals|experiments|facts|flag-tools|mcp-servers|overview|platform|publishing|rated|reservations|search|sessions|traces|voice-tools)[-.]))|sdk\//,
    minShareCount: 2,
  },
]

export default defineConfig(async () => ({
  root: at('workers/console'),
  base: '/console/',
  plugins: [react(), tailwind()],
  define: { GUIDES: JSON.stringify(await listGuides()) },
  build: {
    outDir: at('dist/assets/console'),
    emptyOutDir: true,
    /** light-dark(), popover and content-visibility as they are, without fallbacks. */
    target: ['chrome131', 'firefox132', 'safari18.2'],
    /** Small worklets as data: URLs would be refused by the Content-Security-Policy. */
    assetsInlineLimit: 0,
    rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } },
  },
  worker: { format: 'es' as const },
  server: {
    /** Anchored: the bare prefix `/api` would swallow modules such as `/api.ts`. */
    proxy: { '^/(api|docs|openapi\\.json)(/|$)': API, '^/v1/': { target: API, ws: true } },
  },
}))
