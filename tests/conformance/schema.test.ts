/** The tables in code and the migrations say the same: drizzle-kit finds nothing to generate. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import config from '../../drizzle.config.ts'

const ROOT = join(import.meta.dirname, '../..')

test('every change of a table has its migration', () => {
  // Inside the project, for the configuration's imports; drizzle-kit takes relative paths only.
  const folder = mkdtempSync(join(ROOT, 'node_modules/.cache-schema-'))
  try {
    cpSync(join(ROOT, 'migrations'), join(folder, 'migrations'), { recursive: true })
    const out = relative(ROOT, join(folder, 'migrations'))
    const file = join(folder, 'drizzle.config.json')
    writeFileSync(file, JSON.stringify({ ...config, out }))
    const kit = join(ROOT, 'node_modules/drizzle-kit/bin.cjs')
    const args = [kit, 'generate', '--config', relative(ROOT, file), '--name', 'probe']
    const output = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
    expect(output).toContain('No schema changes')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
