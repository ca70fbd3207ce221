/** Words: both languages complete, and none of them written into a page. */
import { glob, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ACCOUNT } from '../../../workers/console/messages/account.ts'
import { APPLICATIONS } from '../../../workers/console/messages/applications.ts'
import { AUDIT } from '../../../workers/console/messages/audit.ts'
import { COSTS } from '../../../workers/console/messages/costs.ts'
import { en } from '../../../workers/console/messages/en.ts'
import { LATE } from '../../../workers/console/messages/late.ts'
import { MCP_SERVERS } from '../../../workers/console/messages/mcp-servers.ts'
import { OVERVIEW } from '../../../workers/console/messages/overview.ts'
import { PLATFORM } from '../../../workers/console/messages/platform.ts'
import { RESERVATIONS } from '../../../workers/console/messages/reservations.ts'
import { ru } from '../../../workers/console/messages/ru.ts'
import { TRACES } from '../../../workers/console/messages/traces.ts'

type Leaves = Record<string, unknown>

function leavesOf(value: object, path = ''): Leaves {
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, child]: [string, unknown]) => {
      const at = `${path}/${key}`
      return typeof child === 'object' && child !== null ? leavesOf(child, at) : { [at]: child }
    }),
  ) as Leaves
}

/** Words between two tags, or in an attribute that is read out or shown. */
const LITERAL =
  /(?:(?<=[\w"'}/)]>)|(?<=\b(?:label|title|placeholder|hint)="))\s*([A-ZА-Я][\p{L} ]{2,})(?="|<\/)/gu

/** Names, and questions that ask the English guides. */
const SAME = /^\/(locale|ask\/suggestions\/|overview\/dependencies\/names\/redis$)/

test('Russian says everything English says, in Russian', () => {
  const english = leavesOf({
    ...en,
    ...LATE.en,
    applications: APPLICATIONS.en,
    audit: AUDIT.en,
    costs: COSTS.en,
    mcpServers: MCP_SERVERS.en,
    myAccount: ACCOUNT.en,
    overview: OVERVIEW.en,
    platform: PLATFORM.en,
    reservations: RESERVATIONS.en,
    traces: TRACES.en,
  })
  const russian = leavesOf({
    ...ru,
    ...LATE.ru,
    applications: APPLICATIONS.ru,
    audit: AUDIT.ru,
    costs: COSTS.ru,
    mcpServers: MCP_SERVERS.ru,
    myAccount: ACCOUNT.ru,
    overview: OVERVIEW.ru,
    platform: PLATFORM.ru,
    reservations: RESERVATIONS.ru,
    traces: TRACES.ru,
  })
  expect(Object.keys(russian).toSorted()).toEqual(Object.keys(english).toSorted())
  const copied = Object.keys(english).filter((key) => english[key] === russian[key])
  expect(copied.filter((key) => !SAME.test(key))).toEqual([])
})

test.each([
  [1, '1 страница'],
  [3, '3 страницы'],
  [11, '11 страниц'],
  [21, '21 страница'],
])('%i is counted as Russian counts', (count, text) => {
  expect(ru.knowledge.pages(count)).toBe(text)
})

test('no page has words of its own', async () => {
  const found: string[] = []
  for await (const path of glob('workers/console/**/*.tsx')) {
    const source = await readFile(path, 'utf8')
    const literals = source.matchAll(LITERAL)
    found.push(...Array.from(literals, ([, text]) => `${path}: ${text}`))
  }
  // The product's name is the same in every language, as is the word API.
  expect(found.filter((text) => !/(VoiceAssist|API)$/.test(text))).toEqual([])
})
