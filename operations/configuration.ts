/**
 * The generated files. docs/CONFIGURATION_REFERENCE.md and .dev.vars.example come from the settings'
 * schema and the wrangler files, so that neither can say what the code does not do.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { unstable_readConfig } from 'wrangler'
import { z } from 'zod'
import { Settings } from '../shared/settings.ts'
import { PASSWORDS_FILE, renderPasswords } from './passwords.ts'
import { renderProblems } from './problems.ts'

const ROOT = join(import.meta.dirname, '..')
const WORKERS = ['wrangler.toml', 'wrangler.identity.toml', 'wrangler.indexer.toml'] as const

interface Row {
  name: string
  description: string
  example: string
  secret: boolean
  /** A secret that no wrangler file lists, for it may be missing. */
  optional: boolean
  fallback: string
  workers: string[]
}

/** Each generated file with the text it should have. */
function renderFiles(): Map<string, string> {
  const rows = readRows()
  return new Map([
    ['docs/CONFIGURATION_REFERENCE.md', reference(rows)],
    ['.dev.vars.example', devVars(rows)],
    ['docs/api/problems.md', renderProblems()],
    [PASSWORDS_FILE, renderPasswords()],
  ])
}

/** @returns names of files that differ from what they should be */
export async function staleFiles(): Promise<string[]> {
  const stale: string[] = []
  for (const [file, text] of renderFiles()) {
    const current = await readFile(join(ROOT, file), 'utf8').catch(() => '')
    if (current !== text) stale.push(file)
  }
  return stale
}

export async function writeFiles(): Promise<void> {
  for (const [file, text] of renderFiles()) await writeFile(join(ROOT, file), text)
}

function readRows(): Row[] {
  const configs = WORKERS.map((config) => {
    const { name = '', vars, secrets } = unstable_readConfig({ config }, { hideWarnings: true })
    return { worker: name.replace('voiceassist-', ''), vars, secrets: secrets?.required ?? [] }
  })
  return Object.entries(Settings.shape).map(([name, schema]) => {
    const { description = '', example = '', optionalFor } = metaOf(schema)
    const users = configs.filter(({ worker, vars, secrets }) =>
      optionalFor ? optionalFor.includes(worker) : name in vars || secrets.includes(name),
    )
    if (users.length === 0) throw new Error(`${name} is a setting, but no wrangler file has it.`)
    const secret = users.some(({ secrets }) => secrets.includes(name))
    const fallback = String(users[0]?.vars[name] ?? '')
    return {
      name,
      description,
      example,
      secret,
      optional: optionalFor !== undefined,
      fallback,
      workers: users.map(({ worker }) => worker),
    }
  })
}

const SettingMeta = z.object({
  description: z.string().optional(),
  example: z.string().optional(),
  optionalFor: z.array(z.string()).optional(),
})

const metaOf = (schema: z.ZodType) => SettingMeta.parse(schema.meta() ?? {})

function reference(rows: Row[]): string {
  const table = (list: Row[], last: string, value: (row: Row) => string) => [
    `| Name | Workers | Meaning | ${last} |`,
    '| --- | --- | --- | --- |',
    ...list.map((row) => {
      const { name, workers, description } = row
      return `| \`${name}\` | ${workers.join(', ')} | ${description} | ${value(row)} |`
    }),
  ]
  const code = (text: string) => (text ? `\`${text}\`` : 'empty')
  return [
    '# Configuration reference',
    '',
    'Generated from `shared/settings.ts` and the wrangler files by `npm run fix`; `npm run check` fails when it is stale.',
    'A Worker checks all of its settings at once and answers with one message that names every bad one.',
    '',
    '## Secrets',
    '',
    'Required. Deployed with `npx wrangler secret put NAME -c FILE`; for `wrangler dev` by hand copy `.dev.vars.example` to `.dev.vars`.',
    '`npm start` generates its own and keeps them in `.local/`.',
    '',
    ...table(
      rows.filter(({ secret }) => secret),
      'Example',
      ({ example: text }) => code(text),
    ),
    '',
    '## Optional secrets',
    '',
    'Deployed the same way when they are wanted; missing is the same as empty.',
    '',
    '| Name | Workers | Meaning |',
    '| --- | --- | --- |',
    ...rows
      .filter(({ optional }) => optional)
      .map((row) => `| \`${row.name}\` | ${row.workers.join(', ')} | ${row.description} |`),
    '',
    '## Variables',
    '',
    'Set in the wrangler files, per environment.',
    '',
    ...table(
      rows.filter(({ secret, optional }) => !secret && !optional),
      'Default',
      ({ fallback }) => code(fallback),
    ),
    '',
    '## The local stack and the operator’s commands',
    '',
    'Environment variables read by `npm start`, `npm run db:…` and `npm run deploy`, not by the Workers.',
    '',
    '| Name | Meaning |',
    '| --- | --- |',
    ...TOOLS.map(([name, meaning]) => `| \`${name}\` | ${meaning} |`),
    '',
  ].join('\n')
}

const TOOLS = [
  [
    'DATABASE_URL',
    '`npm start` uses this PostgreSQL (17 with pgvector) instead of its embedded one.',
  ],
  ['REDIS_URL', '`npm start` uses this Redis instead of its embedded one.'],
  [
    'OPENAI_BASE_URL, OPENAI_API_KEY',
    '`npm start` uses this provider instead of its offline models.',
  ],
  [
    'OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER_ARG',
    '`npm start` sends traces to this collector.',
  ],
  ['RERANK_URL, RERANK_MODEL, RERANK_API_KEY', '`npm start` has hits ordered anew by this API.'],
  [
    'CHAT_FALLBACK_MODELS, CHAT_PROVIDERS',
    '`npm start` asks these models when the first one fails.',
  ],
  ['LOKI_URL, LOKI_HEADERS', '`npm start` sends log lines to this Loki too.'],
  ['PORT', 'Preferred port of `npm start`; 8787 by default, the next free one when it is taken.'],
  ['MIGRATION_DATABASE_URL', 'Owner’s connection string for `npm run db:…` and `npm run deploy`.'],
] as const

function devVars(rows: Row[]): string {
  const secrets = rows.filter(({ secret }) => secret)
  return [
    '# Secrets for `wrangler dev` by hand: copy to .dev.vars and fill in. `npm start` does not need it.',
    ...secrets.flatMap(({ name, description, example: text }) => [
      '',
      `# ${description}`,
      `${name}="${text}"`,
    ]),
    '',
  ].join('\n')
}
