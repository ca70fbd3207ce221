/**
 * `npm run flags:references -- --repository NAME [--root FOLDER] (--url URL | --flags FILE) [--revision ID]
 * [--post]`: where a source tree names feature flags, as JSON on standard output. The flags' names come from
 * the API, with the key in VOICEASSIST_KEY, or from a file: a JSON list of names, or what the API lists.
 * With --post the API keeps what was found, for its report of stale flags. Ends with 2 when it cannot tell.
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fetchNames, postReferences } from './flag-references/api.ts'
import { findReferences, namesIn } from './flag-references/scan.ts'

const { values } = parseArgs({
  options: {
    root: { type: 'string', default: '.' },
    repository: { type: 'string' },
    revision: { type: 'string', default: '' },
    url: { type: 'string' },
    flags: { type: 'string' },
    post: { type: 'boolean', default: false },
  },
})

try {
  const { root, repository, revision, url, flags, post } = values
  if (!repository) throw new Error('Say with --repository what the tree is called.')
  if (!url && (post || !flags)) throw new Error('Say with --url where the API is.')
  const target = { url: url ?? '', key: process.env['VOICEASSIST_KEY'] ?? '' }
  const names = flags ? namesIn(await readFile(flags, 'utf8')) : await fetchNames(target)
  const references = await findReferences(resolve(root), names)
  const used = new Set(references.map(({ flag }) => flag))
  const unused = names.filter((name) => !used.has(name))
  const report = { repository, revision, references }
  console.log(JSON.stringify({ ...report, unused }, null, 2))
  if (post) await postReferences(target, report)
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
