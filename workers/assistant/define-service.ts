/** What a tool is, and how one is made from a schema of its arguments. Which there are is tool-service.ts. */
import { z } from 'zod'
import type { Permission, WithEnv } from '../../shared/context.ts'
import type { CalendarContext } from '../calendar/service.ts'
import type { Found, KnowledgeContext } from '../knowledge/service.ts'
import type { ServerContext } from '../mcp/service.ts'
import type { ReservationContext } from '../reservations/service.ts'
import type { Turn } from './schemas.ts'
import type { SearchEnv } from './search-client.ts'
import type { StoreContext } from './store.ts'
import type { ToolDescription, ToolOutcome, ToolRule } from './turn-state.ts'

export type ToolContext = KnowledgeContext &
  WithEnv<SearchEnv> &
  StoreContext &
  CalendarContext &
  ServerContext &
  ReservationContext

/** The call, as a tool sees it. */
export interface Calling {
  sessionId: string
  /** The answer that is being made. */
  messageId: string
  /** The same for the same call, however often it is carried out. */
  idempotencyKey: string
  history: readonly Turn[]
  /** The ones the documents are searched in; undefined: all. */
  knowledgeBases?: readonly string[] | undefined
  /** Takes what the answer may cite. */
  found: (sources: Found['sources']) => void
  signal: AbortSignal
}

export interface Tool extends ToolRule {
  description: ToolDescription
  permission: Permission | null
  timeoutMs: number
  /** @param args Such as `problemOf` has nothing against. */
  run(ctx: ToolContext, args: unknown, calling: Calling): Promise<ToolOutcome>
}

interface Definition<Schema extends z.ZodType> {
  name: string
  /** For the model: what it does and when it is used. */
  description: string
  schema: Schema
  permission?: Permission
  timeoutMs?: number
  /** Which calls the user must agree to first; none when absent. */
  confirms?: (args: z.output<Schema>) => boolean
  run(ctx: ToolContext, args: z.output<Schema>, calling: Calling): Promise<ToolOutcome>
}

const TIMEOUT_MS = 15_000

export function defineTool<Schema extends z.ZodType>(definition: Definition<Schema>): Tool {
  const { name, description, schema, permission = null, confirms = () => false } = definition
  const { $schema: _, ...parameters } = z.toJSONSchema(schema, { io: 'input' })
  return {
    description: { name, description, parameters },
    permission,
    timeoutMs: definition.timeoutMs ?? TIMEOUT_MS,
    confirms: (args) => confirms(schema.parse(args)),
    problemOf(args) {
      const parsed = schema.safeParse(args)
      return parsed.error?.issues
        .map(({ path, message }) => `${path.join('.') || 'arguments'}: ${message}`)
        .join('; ')
    },
    run: async (ctx, args, calling) => definition.run(ctx, schema.parse(args), calling),
  }
}
