/** The migration files: up in migrations/, down beside them, each a list of statements. Pure but for reading. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../../migrations')

export interface Migration {
  /** File name without `.sql`: `0003_flags`. */
  name: string
  /** SHA-256 of the up file: an applied file that was edited afterwards is refused. */
  checksum: string
  up: string[]
  down: string[]
}

/** All migrations, in order of their number. @throws Error when a down file is missing */
export async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name))
  return Promise.all(names.toSorted().map(readMigration))
}

async function readMigration(file: string): Promise<Migration> {
  const [up, down] = await Promise.all([
    readFile(join(FOLDER, file), 'utf8'),
    readFile(join(FOLDER, 'down', file), 'utf8'),
  ])
  const checksum = createHash('sha256').update(up).digest('hex')
  return {
    name: file.slice(0, -'.sql'.length),
    checksum,
    up: statements(up),
    down: statements(down),
  }
}

/** Neon runs one statement per query, so files say where one ends, as drizzle-kit writes them. */
const statements = (text: string) =>
  text
    .split('--> statement-breakpoint')
    .map((statement) => statement.trim())
    .filter(Boolean)
