/**
 * One database with all migrations applied, made once per run; every test file starts from a copy of
 * it. On PGlite it is a dump, kept by the migrations' content, so an unchanged schema is not built
 * again; on a real server, when TEST_DATABASE_URL names one, a template.
 */
import { createHash } from 'node:crypto'
import { access, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startNeon } from '../../local/neon/server.ts'
import { startPglite } from '../../local/postgres/pglite.ts'
import { readMigrations } from '../../operations/database/files.ts'
import { migrateUp } from '../../operations/database/migrate.ts'
import { createTemplate } from './real-database.ts'
import { USERS } from './users.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the dump every test database starts from. */
    databaseDump: string
    /** Its name on the real server; '' without one. */
    databaseTemplate: string
  }
}

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  provide('databaseDump', await databaseDumpPath())
  const template = await createTemplate()
  provide('databaseTemplate', template?.name ?? '')
  return async () => template?.drop()
}

/** Builds the dump when the migrations changed. */
export async function databaseDumpPath(): Promise<string> {
  const migrations = await readMigrations()
  const content = JSON.stringify(migrations.map(({ name, checksum }) => [name, checksum]))
  const id = createHash('sha256').update(content).digest('hex').slice(0, 16)
  const folder = join(import.meta.dirname, '../../node_modules/.cache/voiceassist')
  const path = join(folder, `database-${id}.tar`)
  const known = await access(path).then(
    () => true,
    () => false,
  )
  if (!known) {
    await mkdir(folder, { recursive: true })
    // Another run may build it at the same time: whole files only ever appear by rename.
    const partial = `${path}.${process.pid}`
    await writeFile(partial, await buildDump())
    await rename(partial, path)
  }
  return path
}

async function buildDump(): Promise<Uint8Array> {
  const backend = await startPglite({})
  const neon = await startNeon({ backend, users: USERS, tcpPort: false })
  try {
    const databaseUrl = `postgres://voiceassist:${USERS.voiceassist}@127.0.0.1/voiceassist`
    await migrateUp({ databaseUrl, httpUrl: neon.httpUrl })
    return await backend.dump()
  } finally {
    await neon.close()
    await backend.close()
  }
}
