/**
 * One database with all migrations applied, dumped once per run; every test file starts from a copy
 * of it. Kept by the migrations' content, so an unchanged schema is not built again.
 */
import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import type { TestProject } from 'vitest/node'
import { startNeon } from '../../local/neon/server.ts'
import { startPglite } from '../../local/postgres/pglite.ts'
import { readMigrations } from '../../operations/database/files.ts'
import { migrateUp } from '../../operations/database/migrate.ts'
import { USERS } from './users.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the dump every test database starts from. */
    databaseDump: string
  }
}

export default async function setup({ provide }: TestProject): Promise<void> {
  const migrations = await readMigrations()
  const content = JSON.stringify(migrations.map(({ name, checksum }) => [name, checksum]))
  const id = createHash('sha256').update(content).digest('hex').slice(0, 16)
  const folder = new URL('../../node_modules/.cache/voiceassist/', import.meta.url)
  const path = new URL(`database-${id}.tar.gz`, folder)
  const known = await readFile(path).catch(() => undefined)
  if (!known) {
    await mkdir(folder, { recursive: true })
    await writeFile(path, await buildDump())
  }
  provide('databaseDump', path.pathname)
}

async function buildDump(): Promise<Uint8Array> {
  const backend = await startPglite({})
  const neon = await startNeon({ backend, users: USERS, tcpPort: false })
  try {
    const databaseUrl = `postgres://voiceassist:${USERS.voiceassist}@db.localtest.me/voiceassist`
    await migrateUp({ databaseUrl, httpUrl: neon.httpUrl })
    return await backend.dump()
  } finally {
    await neon.close()
  }
}
