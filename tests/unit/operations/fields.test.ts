/** docs/security/fields.md, compared with the contract: who sets and who sees the fields with rules of their own. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createApp } from '../../../workers/app.ts'

interface Schema {
  $ref?: string
  properties?: Record<string, Schema>
  items?: Schema
  additionalProperties?: Schema
  allOf?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
}
interface Content {
  content?: Record<string, { schema: Schema }>
}
interface Operation {
  'x-permission': string
  requestBody?: Content
  responses: Record<string, Content>
}
interface Contract {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

const info = { title: 't', version: '1' }
// Safe: what is not there reads as undefined, and the table would miss its fields.
const contract = createApp().getOpenAPI31Document({ openapi: '3.1.0', info }) as unknown as Contract

/** Names of all fields within a schema, at any depth. */
function fieldsIn(schema: Schema | undefined, seen = new Set<string>()): string[] {
  if (typeof schema !== 'object') return []
  const { $ref: ref, properties = {}, items, additionalProperties: rest } = schema
  if (ref) {
    if (seen.has(ref)) return []
    seen.add(ref)
    return fieldsIn(contract.components.schemas[ref.split('/').at(-1) ?? ''], seen)
  }
  const variants = [schema.allOf, schema.anyOf, schema.oneOf].flatMap((some) => some ?? [])
  const inner = [...Object.values(properties), ...variants, items, rest]
  return [...Object.keys(properties), ...inner.flatMap((one) => fieldsIn(one, seen))]
}

/** By field, the guards of the routes whose bodies or answers have it. */
function guardsOf(contents: (operation: Operation) => (Content | undefined)[]) {
  const found = new Map<string, Set<string>>()
  for (const operation of Object.values(contract.paths).flatMap((item) => Object.values(item))) {
    for (const { schema } of contents(operation).flatMap((of) =>
      Object.values(of?.content ?? {}),
    )) {
      for (const field of fieldsIn(schema)) {
        found.set(field, (found.get(field) ?? new Set()).add(operation['x-permission']))
      }
    }
  }
  return (field: string) => [...(found.get(field) ?? [])].toSorted().join(', ')
}

test('fields with rules of their own are set and seen by those the page says, and by nobody else', async () => {
  const page = await readFile('docs/security/fields.md', 'utf8')
  const rows = [...page.matchAll(/^\| `(\w+)` *\| *(.*?) *\| *(.*?) *\|/gm)]
  expect(rows.length).toBeGreaterThan(30)
  const setBy = guardsOf(({ requestBody }) => [requestBody])
  const seenBy = guardsOf(({ responses }) =>
    Object.entries(responses).flatMap(([status, of]) => (status.startsWith('2') ? [of] : [])),
  )
  const told = rows.map(([, field = '', set, seen]) => [field, set, seen])
  expect(told).toEqual(told.map(([field = '']) => [field, setBy(field), seenBy(field)]))
})

test('no answer has a password, and no body a field that only the product sets', () => {
  const bodies = guardsOf(({ requestBody }) => [requestBody])
  const answers = guardsOf(({ responses }) => Object.values(responses))
  for (const field of ['password', 'newPassword', 'currentPassword'])
    expect(answers(field)).toBe('')
  const ours = ['isPlatform', 'emailVerified', 'impersonatedBy', 'createdBy', 'createdAt', 'actor']
  for (const field of ours) expect(bodies(field)).toBe('')
})
