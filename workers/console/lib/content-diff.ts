/** What differs between two versions of an assistant, field by field. */
import type { AssistantContent } from '../../assistant/assistant-schemas.ts'

export interface Difference {
  /** Such as `limits.max_turns`. */
  field: string
  from: string
  to: string
}

type Fields = ReadonlyMap<string, string>

/** In the order of the fields. */
export function diffContents(from: AssistantContent, to: AssistantContent): Difference[] {
  const [before, after] = [fieldsOf(from), fieldsOf(to)]
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].flatMap((field) => {
    const [was, is] = [before.get(field) ?? '', after.get(field) ?? '']
    return was === is ? [] : [{ field, from: was, to: is }]
  })
}

function fieldsOf({ limits, ...fields }: AssistantContent): Fields {
  const nested = Object.entries(limits).map(([name, value]) => [`limits.${name}`, value] as const)
  const all = [...Object.entries(fields), ...nested]
  return new Map(all.map(([name, value]) => [name, textOf(value)] as const))
}

function textOf(value: unknown): string {
  if (value === null) return '—'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
