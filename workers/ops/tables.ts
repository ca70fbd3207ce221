/**
 * Steps of journeys (journeys.ts). No tenant and no person: a visitor is a hash with the day's salt, and
 * the salt is deleted when the day is over. Only functions of migrations/0028_journeys.sql reach them.
 */
import { date, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core'

export const journeyEvents = pgTable(
  'journey_events',
  {
    /** UTC. */
    day: date().notNull(),
    journey: text().notNull(),
    step: text().notNull(),
    sessionHash: text().notNull(),
    /** The first time on that day. */
    at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.day, table.journey, table.step, table.sessionHash] })],
)

export const journeySalts = pgTable('journey_salts', {
  day: date().primaryKey(),
  salt: text().notNull(),
})
