/** The scan for flags in a source tree: what counts as a reference, and the command as CI runs it. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findReferences, namesIn, referencesIn } from '../../../operations/flag-references/scan.ts'

const FILES = {
  'src/cart.ts':
    "if (flags.getBooleanValue('new_cart', false)) {\n  show('new_cart', `new_cart`)\n}\n",
  'src/cart.py': 'client.get_string_value("rag.mode", "simple")  # not new_cart_2\n',
  'src/words.md': 'The new_cart flag, unquoted, is prose.',
  'node_modules/x/index.js': "'new_cart'",
  '.git/HEAD': "'new_cart'",
  'logo.png': "\0'new_cart'",
}
const found = [
  { flag: 'rag.mode', path: 'src/cart.py', line: 1 },
  { flag: 'new_cart', path: 'src/cart.ts', line: 1 },
  { flag: 'new_cart', path: 'src/cart.ts', line: 2 },
]
let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'references-'))
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
})
afterAll(() => rm(root, { recursive: true, force: true }))

test.each([
  [`f("a_flag")`, 1],
  [`f('a_flag'); f('a_flag')`, 1],
  ['f(`a_flag`)', 1],
  [`f("a_flag')`, 0],
  [`f("a_flags")`, 0],
  ['f(a_flag)', 0],
])('%s has %i', (text, count) => {
  expect(referencesIn(text, 'a.ts', new Set(['a_flag']))).toHaveLength(count)
})

test('code is looked at, what was fetched, made or hidden is not', async () => {
  expect(await findReferences(root, ['new_cart', 'rag.mode', 'unused'])).toEqual(found)
})

test.each([
  ['["a","b"]', ['a', 'b']],
  ['{"items":[{"name":"a","enabled":true}],"nextCursor":null}', ['a']],
])('names are read from %s', (json, names) => {
  expect(namesIn(json)).toEqual(names)
})

/** The API, of two pages. */
async function startApi() {
  const asked: { method: string; url: string; key: string; body: string }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const body = Buffer.concat(chunks).toString()
      asked.push({ method, url, key: headers.authorization ?? '', body })
      if (headers.authorization !== 'Bearer va_live_x') response.statusCode = 401
      const isLast = url.includes('cursor=')
      const page = isLast
        ? { items: [{ name: 'rag.mode' }, { name: 'unused' }], nextCursor: null }
        : { items: [{ name: 'new_cart' }], nextCursor: 'new_cart' }
      response.end(JSON.stringify(page))
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { asked, url: `http://127.0.0.1:${port}`, close: () => server.close() }
}

async function run(args: string[], key: string) {
  const command = spawn(process.execPath, ['operations/flag-references.ts', ...args], {
    env: { ...process.env, VOICEASSIST_KEY: key },
  })
  let output = ''
  command.stdout.on('data', (chunk) => (output += chunk))
  const code = await new Promise((resolve) => command.on('exit', resolve))
  return { code, output }
}

test('the command asks the API, prints a report, and leaves it there', async () => {
  const api = await startApi()
  const args = ['--root', root, '--repository', 'shop/web', '--revision', 'abc', '--url', api.url]
  const { code, output } = await run([...args, '--post'], 'va_live_x')
  expect(code).toBe(0)
  const report = { repository: 'shop/web', revision: 'abc', references: found }
  expect(JSON.parse(output)).toEqual({ ...report, unused: ['unused'] })
  expect(api.asked.map(({ method }) => method)).toEqual(['GET', 'GET', 'PUT'])
  expect(JSON.parse(api.asked[2]!.body)).toEqual(report)
  expect((await run(args, 'wrong')).code).toBe(2)
  api.close()
})
