/** A deployed bundle's positions lead back to the lines of the sources they were made of. */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readMaps, resolvePlace, resolveStack } from '../../../operations/sourcemaps.ts'
import { runWrangler } from '../../../operations/wrangler.ts'

test('frames of a minified bundle are lines of the sources', { timeout: 120_000 }, async () => {
  const out = await mkdtemp(join(tmpdir(), 'voiceassist-maps-'))
  try {
    await mkdir(join(out, 'edge'))
    // An environment's own assets need not be built for this.
    await mkdir('dist/assets', { recursive: true })
    const target = ['-c', 'wrangler.toml', '--env=production', '--outdir', join(out, 'edge')]
    const { ok } = await runWrangler(['deploy', ...target, '--dry-run', '--minify'])
    expect(ok).toBe(true)

    const sentence = 'The database does not answer. Try again shortly.'
    const frame = { ...placeIn(await readFile(join(out, 'edge/edge.js'), 'utf8'), sentence) }
    const stranger = { filename: 'node:internal/timers', lineno: 3, colno: 1, function: 'tick' }
    const frames = [stranger, { ...frame, filename: 'file:///edge.js', function: 'a' }]
    const values = [{ type: 'ProblemError', value: sentence, stacktrace: { frames } }]
    const maps = await readMaps(out, ['edge'])
    const stack = resolveStack({ exception: { values } }, maps)

    const source = await readFile('shared/database.ts', 'utf8')
    const line = placeIn(source, sentence).lineno
    const [title, inner, outer] = stack.split('\n')
    expect(title).toBe(`ProblemError: ${sentence}`)
    expect(inner).toMatch(new RegExp(`^    at .+ \\(shared/database\\.ts:${line}:\\d+\\)$`))
    expect(outer).toBe('    at tick (node:internal/timers:3:1)')
    const place = resolvePlace(`edge.js:${frame.lineno}:${frame.colno}`, maps)
    expect(place).toMatch(new RegExp(`\\(shared/database\\.ts:${line}:\\d+\\)$`))
    expect(resolvePlace('other.js:1:2', maps)).toBe('? (other.js:1:2)')
  } finally {
    await rm(out, { recursive: true })
  }
})

/** Where `text` begins, counted from 1. */
function placeIn(content: string, text: string) {
  const before = content.slice(0, content.indexOf(text)).split('\n')
  return { lineno: before.length, colno: (before.at(-1)?.length ?? 0) + 1 }
}
