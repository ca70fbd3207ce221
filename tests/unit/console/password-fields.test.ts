import { glob, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

/** A component named for passwords is looked at where it is made. */
const isForPassword = (element: string) =>
  /password/i.test(element) && !/^<\w*Password/.test(element)

test('every field for a password hides it and lets password managers and pasting work', async () => {
  const fields: string[] = []
  for await (const path of glob('workers/console/**/*.tsx')) {
    const source = await readFile(path, 'utf8')
    const elements = source.match(/<\w*(?:Field|input)\b[^]*?\/>/g) ?? []
    fields.push(...elements.filter((element) => isForPassword(element)))
  }
  expect(fields.length).toBeGreaterThanOrEqual(3)
  for (const field of fields) {
    expect(field).toContain('type="password"')
    expect(field).toMatch(/autoComplete="(?:current|new)-password"/)
    expect(field).not.toMatch(/onPaste|onBeforeInput/)
  }
})
