/**
 * `npm run db:…`: up, down, current, history, generate, new, verify, index. Works on the database named by
 * MIGRATION_DATABASE_URL, or with --local on the running local stack.
 */
import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connect, type Target } from './connection.ts'
import { readMigrations } from './files.ts'
import { history, migrateDown, migrateUp, pendingOf } from './migrate.ts'
import { targetOf } from './target.ts'
import { dropVectorIndex, makeVectorIndex } from './vector-index.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    local: { type: 'boolean', default: false },
    steps: { type: 'string', default: '1' },
    name: { type: 'string' },
    tenant: { type: 'string' },
    dimensions: { type: 'string', default: '1536' },
    drop: { type: 'boolean', default: false },
  },
})

const commands: Record<string, () => Promise<void>> = {
  async up() {
    const names = await migrateUp(await target())
    for (const name of names) console.log(`applied ${name}`)
    if (names.length === 0) console.log('Nothing to apply: the database is up to date.')
  },
  async down() {
    const steps = Number(values.steps)
    if (!Number.isInteger(steps) || steps < 1)
      throw new Error('--steps takes a whole number from 1.')
    for (const name of await migrateDown(await target(), steps)) console.log(`took back ${name}`)
  },
  async current() {
    console.log((await history(connect(await target()))).at(-1)?.name ?? 'nothing applied')
  },
  async history() {
    for (const { name, appliedAt } of await history(connect(await target()))) {
      console.log(`${appliedAt}  ${name}`)
    }
  },
  async verify() {
    const pending = pendingOf(await readMigrations(), await history(connect(await target())))
    for (const { name } of pending) console.log(`pending ${name}`)
    if (pending.length > 0) process.exitCode = 1
    else console.log('The ledger and the files agree; nothing is pending.')
  },
  async index() {
    const { tenant: tenantId, dimensions: length } = values
    const dimensions = Number(length)
    if (!tenantId) throw new Error('Add --tenant ID.')
    if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > 2000) {
      throw new Error('--dimensions takes a whole number from 1 to 2000.')
    }
    const sql = connect(await target())
    if (values.drop) await dropVectorIndex(sql, { tenantId, dimensions })
    else console.log(`made ${await makeVectorIndex(sql, { tenantId, dimensions })}`)
  },
  async generate() {
    drizzleKit(['generate', '--name', required('name')])
    await addDownFile()
  },
  async new() {
    drizzleKit(['generate', '--custom', '--name', required('name')])
    await addDownFile()
  },
}

const target = (): Promise<Target> => targetOf(values)

function required(option: 'name'): string {
  const value = values[option]
  if (!value || !/^[a-z][a-z0-9_]*$/.test(value)) throw new Error(`Add --${option} in snake_case.`)
  return value
}

function drizzleKit(args: string[]): void {
  const { status } = spawnSync('drizzle-kit', args, { stdio: 'inherit' })
  if (status !== 0) throw new Error('drizzle-kit failed')
}

/** The down file is written by hand; an empty one would silently lose the rows. */
async function addDownFile(): Promise<void> {
  const folder = join(import.meta.dirname, '../../migrations')
  const journal = JSON.parse(await readFile(join(folder, 'meta/_journal.json'), 'utf8'))
  const { tag } = journal.entries.at(-1)
  const text = '-- Copy the rows into archive tables, then undo, in reverse order.\n'
  await writeFile(join(folder, `down/${tag}.sql`), text, { flag: 'wx' }).catch(() => undefined)
  console.log(
    `Now write migrations/down/${tag}.sql, and policies and grants in migrations/${tag}.sql.`,
  )
}

const command = commands[positionals[0] ?? '']
if (!command) {
  console.error(
    `Usage: npm run db:<${Object.keys(commands).join('|')}> [-- --local] [--steps N] [--name NAME] [--tenant ID]`,
  )
  process.exit(2)
}
try {
  await command()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
