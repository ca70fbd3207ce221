/**
 * The identity Worker's own way to Postgres, as auth_user: the schema `auth` belongs to no tenant,
 * so `withTenant` has no say in it. Single statements and batches only, as everywhere.
 */
import { neon, neonConfig } from '@neondatabase/serverless'
import { drizzle, type NeonHttpDatabase } from 'drizzle-orm/neon-http'
import { calledAs, countQueries } from '../../../shared/sql-fetch.ts'
import type { IssuerEnv } from './context.ts'
import * as schema from './tables.ts'

export type AuthDatabase = NeonHttpDatabase<typeof schema>

const databases = new Map<string, AuthDatabase>()

export function authDatabaseOf(env: IssuerEnv): AuthDatabase {
  const { AUTH_DATABASE_URL, DATABASE_HTTP_URL } = env
  countQueries(env, AUTH_DATABASE_URL)
  const known = databases.get(AUTH_DATABASE_URL)
  if (known) return known
  if (DATABASE_HTTP_URL) neonConfig.fetchEndpoint = DATABASE_HTTP_URL
  const db = drizzle(neon(AUTH_DATABASE_URL, calledAs(AUTH_DATABASE_URL)), {
    schema,
    casing: 'snake_case',
  })
  databases.set(AUTH_DATABASE_URL, db)
  return db
}
