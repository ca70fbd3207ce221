/** Servers a tenant's assistants may call, with their secrets sealed and the tools that were chosen. */
import { sql } from 'drizzle-orm'
import {
  boolean,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'
import type { ChosenTool } from './server-schemas.ts'

const time = () => timestamp({ withTimezone: true }).notNull()

export const mcpServers = pgTable(
  'mcp_servers',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    name: text().notNull(),
    url: text().notNull(),
    /** JSON of the headers, sealed as provider keys are; null without any. */
    headers: text(),
    headerNames: text()
      .array()
      .notNull()
      .default(sql`'{}'`),
    /** Counts up at every change: the place of what is sealed. */
    version: integer().notNull(),
    tools: jsonb().$type<ChosenTool[]>().notNull(),
    enabled: boolean().notNull(),
    createdAt: time(),
    updatedAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('mcp_servers_name').on(table.tenantId, table.name),
  ],
)
