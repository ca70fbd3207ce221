/**
 * docs/security/asvs.csv: what OWASP ASVS 5.0.0 asks and which test proves that we do it. Whether
 * the list is whole, and every test it names is there; docs/security/README.md says how to read it.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export const HEADER = ['id', 'level', 'asks', 'status', 'tests', 'reason']

/** The titles of a test file's tests, as written there; undefined when there is no such file. */
export type TitlesOf = (file: string) => readonly string[] | undefined

/**
 * How many requirements of each chapter the list has: all of levels 1 and 2 (of V17 its section 3),
 * and of level 3 V6.3.8, V7.5.3 and V8.3.2.
 */
const CHAPTERS: Readonly<Record<string, number>> = {
  V6: 36,
  V7: 19,
  V8: 8,
  V9: 7,
  V10: 29,
  V11: 14,
  V13: 13,
  V14: 9,
  V16: 16,
  V17: 2,
}

/** Whether a status must have tests, or may not have any; and whether it must have a reason. */
const STATUSES: Readonly<Record<string, { tests: boolean; reason?: true }>> = {
  met: { tests: true },
  partly: { tests: true, reason: true },
  'not yet': { tests: false, reason: true },
  'not applicable': { tests: false, reason: true },
}

/**
 * What is wrong with the list, in words for whoever edits it; empty when nothing is.
 *
 * @param chapters How many requirements each must have
 */
export function faultsOf(csv: string, titlesOf: TitlesOf, chapters = CHAPTERS): string[] {
  const [header = [], ...rows] = parseCsv(csv)
  if (header.join() !== HEADER.join()) return [`The first line is not ${HEADER.join()}.`]
  const ids = rows.map(([id = '']) => id)
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index)
  const counts = Object.entries(chapters).flatMap(([chapter, wanted]) => {
    const count = new Set(ids.filter((id) => id.startsWith(`${chapter}.`))).size
    return count === wanted ? [] : [`${chapter}: has ${count} requirements, not ${wanted}.`]
  })
  return [
    ...rows.flatMap((row) => rowFaults(row, titlesOf).map((fault) => `${row[0]}: ${fault}.`)),
    ...twice.map((id) => `${id}: is there twice.`),
    ...counts,
  ]
}

function rowFaults(row: readonly string[], titlesOf: TitlesOf): string[] {
  if (row.length !== HEADER.length) return [`has ${row.length} fields, not ${HEADER.length}`]
  const [id = '', level = '', asks = '', status = '', tests = '', reason = ''] = row
  const rule = STATUSES[status]
  if (!rule) return [`"${status}" is no status`]
  const checks: [boolean, string][] = [
    [/^V\d+\.\d+\.\d+$/.test(id), 'is no id of a requirement'],
    [/^[123]$/.test(level), `"${level}" is no level`],
    [asks !== '', 'does not say what is asked'],
    [!rule.tests || tests !== '', `is ${status} without a test`],
    [rule.tests || tests === '', `is ${status} and names a test`],
    [!rule.reason || reason !== '', `is ${status} without a reason`],
  ]
  const named = tests.split(' | ').filter((test) => test !== '')
  return [
    ...checks.filter(([isFine]) => !isFine).map(([, fault]) => fault),
    ...named.flatMap((test) => testFaults(test, titlesOf)),
  ]
}

function testFaults(test: string, titlesOf: TitlesOf): string[] {
  const [, file = '', title = ''] = /^(tests\/\S+\.test\.ts) > (.+)$/.exec(test) ?? []
  if (!file) return [`"${test}" is not "tests/….test.ts > title"`]
  const titles = titlesOf(file)
  if (!titles) return [`there is no ${file}`]
  return titles.includes(title) ? [] : [`${file} has no test "${title}"`]
}

/**
 * Every title in a file of tests that may run. One with places for values (`%s`, `$name`, `${…}`)
 * is taken as it stands in the source: it names all the tests made of it.
 */
export function titlesIn(source: string): string[] {
  return [...source.matchAll(TITLE)].map(({ groups }) =>
    (groups?.['title'] ?? '').replaceAll(/\\(.)/g, '$1'),
  )
}

/** The first string after `test(`, `describe(`, or the second pair of brackets of `test.each(…)(`. */
const TITLE =
  /^(?![ \t]*\/\/).*?(?:\b(?:test|describe)(?:\.(?!skip|todo)\w+)?\(|\)\()\s*(?<quote>['"`])(?<title>(?:\\.|(?!\k<quote>)[^\\])+)\k<quote>,/gm

/** RFC 4180, of whose fields none holds a line break. */
export function parseCsv(text: string): string[][] {
  const field = /(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))(?=,|$)/g
  return text
    .trimEnd()
    .split('\n')
    .map((line) =>
      Array.from(line.matchAll(field), ([, quoted, plain = '']) =>
        (quoted ?? plain).replaceAll('""', '"'),
      ),
    )
}

/** The faults of this repository's list. */
export async function asvsFaults(): Promise<string[]> {
  const root = join(import.meta.dirname, '..')
  const csv = await readFile(join(root, 'docs/security/asvs.csv'), 'utf8')
  const files = new Set(csv.match(/tests\/\S+\.test\.ts/g))
  const found = await Promise.all(
    [...files].map(async (file) => {
      const source = await readFile(join(root, file), 'utf8').catch(() => undefined)
      return [file, source === undefined ? undefined : titlesIn(source)] as const
    }),
  )
  const titles = new Map(found)
  return faultsOf(csv, (file) => titles.get(file))
}
