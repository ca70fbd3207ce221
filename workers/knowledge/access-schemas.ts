/** Who may read a document and what is known of it, as these travel; and filters over the latter. */
import { z } from '@hono/zod-openapi'
import { ATTRIBUTE_KEY, MOST_ATTRIBUTES, normalAttributes } from './attributes.ts'
import { type Filter, sizeOf } from './filters.ts'

/** What Postgres can store: JSON may say a NUL, its texts have none. */
const text = (most: number) =>
  z
    .string()
    .max(most)
    .refine((value) => !value.includes('\0') && value.isWellFormed(), 'must be text')

const Value = z.union([text(512), z.number(), z.boolean()])
const Key = z.string().regex(ATTRIBUTE_KEY, 'must have 1 to 64 letters, digits, dots or dashes')

export const AttributeMap = z
  .record(Key, Value)
  .refine((map) => Object.keys(map).length <= MOST_ATTRIBUTES, 'must have 16 entries at most')
  .transform(normalAttributes)
  .openapi('Attributes', { type: 'object', example: { department: 'service', year: 2026 } })

const names = (name: z.ZodType<string>) => z.array(name).max(50).default([])

/** Readers of a document; one of them is enough. */
export const Labels = z
  .strictObject({
    roles: names(z.string().regex(/^[a-z0-9_-]{1,64}$/, 'must be the name of a role')),
    /** Ids of teams. */
    groups: names(z.uuid('must be the id of a team')),
    /** Ids of members. */
    users: names(z.string().regex(/^[\w-]{1,64}$/, 'must be the id of a member')),
  })
  .refine(
    ({ roles, groups, users }) => roles.length + groups.length + users.length > 0,
    'Name a role, a group or a user; null is for everybody.',
  )
  .openapi('DocumentLabels')
export type Labels = z.output<typeof Labels>

export const DocumentFacts = z.strictObject({
  /** Null: everybody who may ask. */
  labels: Labels.nullable().optional(),
  /** Health data: read only with the permission for it. */
  phi: z.boolean().optional(),
  attributes: AttributeMap.optional(),
})
export type DocumentFacts = z.output<typeof DocumentFacts>

export const DocumentChange = DocumentFacts.openapi('DocumentChange')

const Comparison = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['eq', 'ne']), key: Key, value: Value }),
  z.strictObject({
    type: z.enum(['gt', 'gte', 'lt', 'lte']),
    key: Key,
    value: z.union([text(512), z.number()]),
  }),
  z.strictObject({ type: z.enum(['in', 'nin']), key: Key, value: z.array(Value).min(1).max(100) }),
])

const AnyFilter: z.ZodType<Filter> = z
  .union([
    Comparison,
    z.strictObject({
      type: z.enum(['and', 'or']),
      filters: z
        .array(z.lazy(() => AnyFilter))
        .min(1)
        .max(50),
    }),
  ])
  .openapi('AttributeFilter', { type: 'object' })

/** Levels of `and` and `or`, and comparisons in all of them. */
const MOST = { depth: 5, comparisons: 200 }

/** As OpenAI's vector stores have it. */
export const SearchFilter = AnyFilter.refine((filter) => {
  const { depth, comparisons } = sizeOf(filter)
  return depth <= MOST.depth && comparisons <= MOST.comparisons
}, 'must have 5 levels and 200 comparisons at most')
