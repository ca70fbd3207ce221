import { expect, test } from 'vitest'
import {
  type AttributeRow,
  readAttributes,
  rowsOf,
} from '../../../workers/console/lib/document-facts.ts'

const row = (key: string, kind: AttributeRow['kind'], value: string): AttributeRow => ({
  id: key + value,
  key,
  kind,
  value,
})

test('attributes come back from their rows as they were, each of its type', () => {
  const attributes = {
    year: 2026,
    rate: -0.5,
    note: '',
    open: true,
    shut: false,
    day: '2026-01-01',
  }
  expect(readAttributes(rowsOf(attributes))).toEqual(attributes)
})

test.each([
  ['a key twice', [row('a', 'text', '1'), row('a', 'text', '2')]],
  ['no key', [row('', 'text', '1')]],
  ['a key with a space', [row('a b', 'text', '1')]],
  ['a number that is none', [row('a', 'number', '12 km')]],
  ['a number that is empty', [row('a', 'number', ' ')]],
  ['a number without end', [row('a', 'number', 'Infinity')]],
  ['a text too long', [row('a', 'text', 'x'.repeat(513))]],
])('%s is not read', (_name, rows) => {
  expect(readAttributes(rows)).toBeNull()
})
