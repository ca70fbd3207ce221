/** What all addresses hang from: the root, and the shell around every page behind the sign-in. */
import { createRootRouteWithContext, createRoute, redirect } from '@tanstack/react-router'
import type { Services } from '../lib/services.tsx'
import { Shell } from '../ui/shell.tsx'

export const root = createRootRouteWithContext<Services>()()

export const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  beforeLoad: async ({ context, location }) => {
    const session = await context.session.restore()
    if (!session) throw redirect({ to: '/sign-in', search: { from: location.href } })
  },
  component: Shell,
})
