/** Labels and attributes on their way in: out of a form, checked, as they are stored. */
import { ProblemError } from '../../shared/errors.ts'
import { DocumentFacts } from './access-schemas.ts'
import { unknownReaders } from './access-store.ts'
import type { Attributes } from './attributes.ts'
import { aclOf } from './readers.ts'
import type { StoreContext } from './store.ts'

/** As they are stored. */
export interface StoredFacts {
  acl?: string[] | null
  phi?: boolean
  attributes?: Attributes
}

/** Those among the fields of a form, whose values are JSON. @throws ProblemError invalid_fields */
export function factsOf(fields: ReadonlyMap<string, string>): DocumentFacts {
  const given = Object.keys(DocumentFacts.shape).flatMap((name) => {
    const text = fields.get(name)
    return text === undefined ? [] : [[name, jsonOf(name, text)] as const]
  })
  const facts = DocumentFacts.safeParse(Object.fromEntries(given))
  if (facts.success) return facts.data
  const errors = facts.error.issues.map(({ path, message }) => ({
    in: 'form',
    pointer: `/${path.join('/')}`,
    detail: message,
  }))
  throw new ProblemError('invalid_fields', 'What was said of the file is not valid.', { errors })
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const detail = `The field ${name} must be JSON.`
    const errors = [{ in: 'form', pointer: `/${name}`, detail }]
    throw new ProblemError('invalid_fields', detail, { errors })
  }
}

/** @throws ProblemError invalid_fields for a team or member the tenant does not have */
export async function storable(
  ctx: StoreContext,
  { labels, phi, attributes }: DocumentFacts,
): Promise<StoredFacts> {
  const rest = { ...(phi !== undefined && { phi }), ...(attributes && { attributes }) }
  if (labels === undefined) return rest
  if (labels === null) return { acl: null, ...rest }
  const unknown = await unknownReaders(ctx, labels)
  const errors = (['groups', 'users'] as const).flatMap((kind) =>
    unknown[kind].map((id) => ({
      in: 'body',
      pointer: `/labels/${kind}/${labels[kind].indexOf(id)}`,
      detail: `The tenant has no ${kind === 'groups' ? 'team' : 'member'} with the id ${id}.`,
    })),
  )
  if (errors.length > 0)
    throw new ProblemError('invalid_fields', 'Labels name who is not there.', { errors })
  return { acl: aclOf(labels), ...rest }
}
