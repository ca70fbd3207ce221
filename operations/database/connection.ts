/** How operators reach the database: as its owner, over Neon's HTTP endpoint, one transaction a file. */
import { neon, neonConfig } from '@neondatabase/serverless'

export interface Target {
  /** Connection string of the owner: the role that creates tables. */
  databaseUrl: string
  /** SQL-over-HTTP endpoint in place of Neon's own. */
  httpUrl?: string | undefined
}

export type Sql = ReturnType<typeof connect>

export function connect({ databaseUrl, httpUrl }: Target) {
  const endpoint =
    httpUrl ?? (({ host }: URL) => `https://api.${tailOf(host)}/sql`)(new URL(databaseUrl))
  neonConfig.fetchEndpoint = endpoint
  return neon(databaseUrl)
}

/** Neon answers SQL over HTTP at `api.` plus the host without its first label. */
const tailOf = (host: string) => host.slice(host.indexOf('.') + 1)

export type Environment = Readonly<Record<string, string | undefined>>

/** @throws Error naming the variable to set */
export function targetFromEnvironment(env: Environment): Target {
  const databaseUrl = env['MIGRATION_DATABASE_URL']
  if (databaseUrl) return { databaseUrl, httpUrl: env['DATABASE_HTTP_URL'] || undefined }
  throw new Error(
    'Set MIGRATION_DATABASE_URL to the connection string of the database owner ' +
      '(and DATABASE_HTTP_URL when it is not on Neon), or start the local stack and pass --local.',
  )
}
