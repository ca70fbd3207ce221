import { expect, test } from 'vitest'
import { asvsFaults, faultsOf, HEADER, parseCsv, titlesIn } from '../../../operations/asvs.ts'

const FILE = 'tests/unit/a.test.ts'
const titlesOf = (file: string) => (file === FILE ? ['a, "b" and c', 'it %s'] : undefined)
const listOf = (...rows: string[]) => [HEADER.join(), ...rows, ''].join('\n')
const faults = (...rows: string[]) => faultsOf(listOf(...rows), titlesOf, {})

test('the list of this repository is whole, and names tests that are there', async () => {
  expect(await asvsFaults()).toEqual([])
})

test.each([
  ['V6.2.1,1,length,met,tests/unit/a.test.ts > it %s,'],
  ['V6.2.1,1,length,met,"tests/unit/a.test.ts > a, ""b"" and c | tests/unit/a.test.ts > it %s",'],
  ['V6.2.1,1,length,partly,tests/unit/a.test.ts > it %s,half of it'],
  ['V6.2.1,1,length,not yet,,"later, when"'],
  ['V6.2.1,3,length,not applicable,,there is none'],
])('%s is a row', (row) => {
  expect(faults(row)).toEqual([])
})

test.each([
  ['V6.2.1,1,length,met,,', 'V6.2.1: is met without a test.'],
  ['V6.2.1,1,length,met,,somebody said so', 'V6.2.1: is met without a test.'],
  ['V6.2.1,1,length,partly,tests/unit/a.test.ts > it %s,', 'V6.2.1: is partly without a reason.'],
  ['V6.2.1,1,length,not yet,,', 'V6.2.1: is not yet without a reason.'],
  [
    'V6.2.1,1,length,not yet,tests/unit/a.test.ts > it %s,x',
    'V6.2.1: is not yet and names a test.',
  ],
  ['V6.2.1,1,length,done,,', 'V6.2.1: "done" is no status.'],
  ['V6.2.1,4,length,not yet,,x', 'V6.2.1: "4" is no level.'],
  ['V6.2.1,1,,not yet,,x', 'V6.2.1: does not say what is asked.'],
  ['6.2,1,length,not yet,,x', '6.2: is no id of a requirement.'],
  ['V6.2.1,1,length,not yet,x', 'V6.2.1: has 5 fields, not 6.'],
  [
    'V6.2.1,1,length,met,a.test.ts > x,',
    'V6.2.1: "a.test.ts > x" is not "tests/….test.ts > title".',
  ],
  ['V6.2.1,1,length,met,tests/b.test.ts > x,', 'V6.2.1: there is no tests/b.test.ts.'],
  [
    'V6.2.1,1,length,met,tests/unit/a.test.ts > it,',
    'V6.2.1: tests/unit/a.test.ts has no test "it".',
  ],
])('%s is told to be wrong', (row, fault) => {
  expect(faults(row)).toEqual([fault])
})

test('a requirement is there once, and none is forgotten', () => {
  const row = 'V6.2.1,1,length,not yet,,later'
  expect(faults(row, row)).toEqual(['V6.2.1: is there twice.'])
  expect(faultsOf(listOf(row), titlesOf, { V6: 2 })).toEqual(['V6: has 1 requirements, not 2.'])
  expect(faultsOf(row, titlesOf, {})).toEqual([`The first line is not ${HEADER.join()}.`])
})

test('titles are found however a test is declared, and of none that cannot run', () => {
  const source = `
    test('plain', () => {})
    test("it's quoted", { timeout: 1 }, async () => {})
    test('it\\'s escaped', () => {})
    test.each(['', '/x'])('each %s', (x) => {})
    test.each([
      ['one', 1],
    ] as const)(
      'on a line $of its own',
      (x) => {},
    )
    test.runIf(process.platform === 'linux')('where %s it can', () => {})
    describe.each(databases())('on $name', (kind) => {
      test(\`a template \${skipped}\`, () => {})
    })
    // test('gone', () => {})
    test.skip('skipped', () => {})
    test.todo('to do')
    expect(call('not a title')).toBe('nor this')
  `
  expect(titlesIn(source)).toEqual([
    'plain',
    "it's quoted",
    "it's escaped",
    'each %s',
    'on a line $of its own',
    'where %s it can',
    'on $name',
    // oxlint-disable-next-line no-template-curly-in-string -- as it stands in the source
    'a template ${skipped}',
  ])
})

test('fields may hold commas and quotes', () => {
  expect(parseCsv('a,"b, ""c""",\nd,,"f"\n')).toEqual([
    ['a', 'b, "c"', ''],
    ['d', '', 'f'],
  ])
})
