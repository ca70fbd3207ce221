/** Pages of those who look after the organization, or after the deployment. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import {
  readAudit,
  readCosts,
  readCreate,
  readMcpServers,
  readMembers,
  readOverview,
  readPlatform,
  readReservations,
  readRoles,
  readTeams,
  readTraces,
} from '../lib/manage-search.ts'
import { shell } from './root.ts'

export const members = createRoute({
  getParentRoute: () => shell,
  path: '/members',
  validateSearch: readMembers,
  component: lazyRouteComponent(() => import('../pages/members/members.tsx'), 'MembersPage'),
})

export const teams = createRoute({
  getParentRoute: () => shell,
  path: '/teams',
  validateSearch: readTeams,
  component: lazyRouteComponent(() => import('../pages/teams/teams.tsx'), 'TeamsPage'),
})

export const keys = createRoute({
  getParentRoute: () => shell,
  path: '/keys',
  validateSearch: readCreate,
  component: lazyRouteComponent(() => import('../pages/keys/keys.tsx'), 'KeysPage'),
})

export const applications = createRoute({
  getParentRoute: () => shell,
  path: '/applications',
  validateSearch: readCreate,
  component: lazyRouteComponent(
    () => import('../pages/applications/applications.tsx'),
    'ApplicationsPage',
  ),
})

export const reservations = createRoute({
  getParentRoute: () => shell,
  path: '/reservations',
  validateSearch: readReservations,
  component: lazyRouteComponent(
    () => import('../pages/reservations/reservations.tsx'),
    'ReservationsPage',
  ),
})

export const mcpServers = createRoute({
  getParentRoute: () => shell,
  path: '/mcp-servers',
  validateSearch: readMcpServers,
  component: lazyRouteComponent(
    () => import('../pages/mcp-servers/mcp-servers.tsx'),
    'McpServersPage',
  ),
})

export const roles = createRoute({
  getParentRoute: () => shell,
  path: '/roles',
  validateSearch: readRoles,
  component: lazyRouteComponent(() => import('../pages/roles/roles.tsx'), 'RolesPage'),
})

export const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  validateSearch: readAudit,
  component: lazyRouteComponent(() => import('../pages/audit/audit.tsx'), 'AuditPage'),
})

export const costs = createRoute({
  getParentRoute: () => shell,
  path: '/costs',
  validateSearch: readCosts,
  component: lazyRouteComponent(() => import('../pages/costs/costs.tsx'), 'CostsPage'),
})

export const traces = createRoute({
  getParentRoute: () => shell,
  path: '/traces',
  validateSearch: readTraces,
  component: lazyRouteComponent(() => import('../pages/traces/traces.tsx'), 'TracesPage'),
})

export const organization = createRoute({
  getParentRoute: () => shell,
  path: '/organization',
  component: lazyRouteComponent(
    () => import('../pages/organization/organization.tsx'),
    'OrganizationPage',
  ),
})

export const overview = createRoute({
  getParentRoute: () => shell,
  path: '/overview',
  validateSearch: readOverview,
  component: lazyRouteComponent(() => import('../pages/overview/overview.tsx'), 'OverviewPage'),
})

export const platform = createRoute({
  getParentRoute: () => shell,
  path: '/platform',
  validateSearch: readPlatform,
  component: lazyRouteComponent(() => import('../pages/platform/platform.tsx'), 'PlatformPage'),
})
