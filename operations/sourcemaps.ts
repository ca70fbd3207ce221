/**
 * `npm run sourcemaps -- --env staging|production [--event FILE] [--at MODULE:LINE:COLUMN]`: the
 * Workers' bundles and their source maps as they are deployed, in dist/sourcemaps for `sentry-cli
 * sourcemaps upload`; and offline the stack of one exported event by the lines of the sources, or the
 * place a log line names.
 */
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { buildWorker, WORKERS } from './bundle.ts'

const ROOT = join(import.meta.dirname, '..')
const OUT = join(ROOT, 'dist/sourcemaps')

interface Frame {
  filename?: string
  function?: string
  lineno?: number
  colno?: number
}

/** What is read of an event of Sentry. */
export interface StackEvent {
  exception?: { values: { type?: string; value?: string; stacktrace?: { frames: Frame[] } }[] }
}

/** Source maps by the name of their bundle, such as `edge.js`. */
export type Maps = ReadonlyMap<string, { map: TraceMap; folder: string }>

/** Reads the maps of bundles named `<worker>.js` in the folders `<worker>` of `out`. */
export async function readMaps(out: string, workers: readonly string[]): Promise<Maps> {
  const maps = workers.map(async (worker) => {
    const path = join(out, worker, `${worker}.js.map`)
    const map = new TraceMap(await readFile(path, 'utf8'))
    return [`${worker}.js`, { map, folder: dirname(path) }] as const
  })
  return new Map(await Promise.all(maps))
}

/** Each exception as text: its message, then its frames, the innermost first, as paths from here. */
export function resolveStack({ exception }: StackEvent, maps: Maps): string {
  const values = exception?.values ?? []
  return values
    .map(({ type = 'Error', value = '', stacktrace }) => {
      const frames = (stacktrace?.frames ?? []).toReversed()
      return [`${type}: ${value}`, ...frames.map((frame) => `    at ${placeOf(frame, maps)}`)]
    })
    .flat()
    .join('\n')
}

/**
 * The source of a place in a bundle.
 *
 * @param place As log lines name it: module, line and column with colons
 */
export function resolvePlace(place: string, maps: Maps): string {
  const [filename = '', line, column] = place.split(':')
  return placeOf({ filename, lineno: Number(line), colno: Number(column) }, maps)
}

/** As it came, when it is of no bundle of ours or no source made it. */
function placeOf({ filename = '?', lineno = 0, colno = 0, ...frame }: Frame, maps: Maps): string {
  const name = frame.function ?? '?'
  const found = maps.get(basename(filename))
  // Columns count from 1 in stacks and from 0 in source maps.
  const at =
    found && lineno > 0
      ? originalPositionFor(found.map, { line: lineno, column: Math.max(0, colno - 1) })
      : null
  if (!found || !at?.source) return `${name} (${filename}:${lineno}:${colno})`
  const source = relative(ROOT, resolve(found.folder, at.source))
  return `${at.name ?? name} (${source}:${at.line}:${at.column + 1})`
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      env: { type: 'string', default: 'production' },
      event: { type: 'string' },
      at: { type: 'string' },
    },
  })
  for (const { worker, config } of WORKERS) {
    await buildWorker(config, values.env, { outDir: join(OUT, worker) })
  }
  const names = WORKERS.map(({ worker }) => worker)
  if (values.event) {
    const event: StackEvent = JSON.parse(await readFile(values.event, 'utf8'))
    console.log(resolveStack(event, await readMaps(OUT, names)))
  } else if (values.at) console.log(resolvePlace(values.at, await readMaps(OUT, names)))
  else console.log(`Built into ${relative(process.cwd(), OUT)}; see docs/operations/errors.md.`)
}
