/** The team feature's tables. Who leaves the tenant leaves its teams: the row of `users` takes theirs along. */
import {
  foreignKey,
  index,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenants, users } from '../../shared/tables.ts'

const time = () => timestamp({ withTimezone: true }).notNull()

export const teams = pgTable(
  'teams',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    name: text().notNull(),
    createdAt: time(),
    updatedAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('teams_name').on(table.tenantId, table.name),
  ],
)

export const teamMembers = pgTable(
  'team_members',
  {
    tenantId: text().notNull(),
    teamId: uuid().notNull(),
    userId: text().notNull(),
    addedAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.teamId, table.userId] }),
    index('team_members_user').on(table.tenantId, table.userId),
    foreignKey({
      name: 'team_members_team',
      columns: [table.tenantId, table.teamId],
      foreignColumns: [teams.tenantId, teams.id],
    }).onDelete('cascade'),
    foreignKey({
      name: 'team_members_user',
      columns: [table.tenantId, table.userId],
      foreignColumns: [users.tenantId, users.id],
    }).onDelete('cascade'),
  ],
)
