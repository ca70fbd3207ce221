/** Which page is at which address. Every page is a chunk of its own; the routes are in routes/. */
import { createRoute, createRouter } from '@tanstack/react-router'
import type { Services } from './lib/services.tsx'
import * as door from './routes/door.ts'
import * as manage from './routes/manage.ts'
import { root, shell } from './routes/root.ts'
import * as work from './routes/work.ts'
import { PageError, PageMissing, PagePending } from './ui/page-states.tsx'

/** An address that is none, shown inside the shell like any page. */
const missing = createRoute({ getParentRoute: () => shell, path: '$', component: PageMissing })

const routeTree = root.addChildren({
  ...door,
  shell: shell.addChildren({ ...work, ...manage, missing }),
})

export function createAppRouter(services: Services) {
  return createRouter({
    routeTree,
    basepath: '/console',
    context: services,
    defaultPreload: 'intent',
    defaultPendingMs: 150,
    defaultPendingComponent: PagePending,
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: PageMissing,
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
