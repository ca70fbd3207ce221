/** Plans by name, as others say which one a tenant has. What each allows is plans.ts. */
import { z } from '@hono/zod-openapi'

/** `unmetered` counts nothing that is in a plan. */
export const PlanName = z.enum(['standard', 'large', 'unmetered']).openapi('PlanName')
