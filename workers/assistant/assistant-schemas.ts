/** A tenant's own assistants as they travel. Which versions there are never changes, only what is served. */
import { z } from '@hono/zod-openapi'
import { Language } from './schemas.ts'

/** Assistants of one tenant. */
export const MOST_ASSISTANTS = 100

const names = (max: number) => z.array(z.string().min(1).max(128)).max(max)

export const Slug = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,63}$/,
    'must be small letters, digits and hyphens, and begin with a letter',
  )
  .openapi({ example: 'help-desk' })

/** Smaller than the deployment's own are obeyed; null leaves those. */
const limits = z.strictObject({
  /** Turns of a conversation. */
  max_turns: z.int().min(1).max(1000).nullable().default(null),
  /** Tokens of one reply of the model. */
  max_answer_length: z.int().min(16).max(100_000).nullable().default(null),
  /** Calls of the model per turn; in the last one it has no tools. */
  max_steps: z.int().min(1).max(6).nullable().default(null),
})

/** What a version is. Flat, and every field is there, so that two versions can be laid side by side. */
export const AssistantContent = z
  .strictObject({
    name: z.string().trim().min(1).max(100).openapi({ example: 'Help desk' }),
    /** Stands behind the rules that hold for every assistant. */
    instructions: z.string().max(20_000).default(''),
    /** The one it answers in; null: its user's. */
    language: Language.nullable().default(null),
    /** Shown before the first message. */
    greeting: z.string().max(1000).default(''),
    /** Names of tools; null: all that the caller may use. */
    tools: names(64).nullable().default(null),
    /** The ones knowledge_search looks in; null: all. */
    knowledge_bases: names(50).nullable().default(null),
    /** Of the deployment's chain, asked first; null: the chain's first. */
    model: z.string().min(1).max(128).nullable().default(null),
    /** Of spoken answers; null: the deployment's. */
    voice: z.string().trim().min(1).max(64).nullable().default(null),
    limits: limits.default({ max_turns: null, max_answer_length: null, max_steps: null }),
  })
  .openapi('AssistantContent')
export type AssistantContent = z.output<typeof AssistantContent>

const comment = z.string().trim().max(500).default('')

export const NewAssistant = z
  .strictObject({ slug: Slug, content: AssistantContent, comment })
  .openapi('NewAssistant')
export type NewAssistant = z.output<typeof NewAssistant>

export const AssistantSave = z
  .strictObject({
    content: AssistantContent,
    comment,
    /** The version that was edited; another one meanwhile is a conflict. */
    version: z.int().positive().optional(),
  })
  .openapi('AssistantSave')
export type AssistantSave = z.output<typeof AssistantSave>

export const AssistantRollback = z
  .strictObject({ version: z.int().positive(), comment })
  .openapi('AssistantRollback')
export type AssistantRollback = z.output<typeof AssistantRollback>

/** What is no content and has no versions. */
export const AssistantChange = z
  .strictObject({
    slug: Slug.optional(),
    /** Answers messages that name no assistant; the one before is it no longer. */
    is_default: z.boolean().optional(),
    /** Archived ones begin no conversation; those that run go on. */
    archived: z.boolean().optional(),
    /** A flag whose value is the number of a version, or `published`; null: none. */
    flag: z.string().min(1).max(128).nullable().optional(),
  })
  .openapi('AssistantChange')
export type AssistantChange = z.output<typeof AssistantChange>

const time = () => z.iso.datetime()

export const Assistant = z
  .object({
    id: z.uuid(),
    slug: z.string(),
    is_default: z.boolean(),
    archived: z.boolean(),
    flag: z.string().nullable(),
    version: z.int(),
    content: AssistantContent,
    created_at: time(),
    updated_at: time(),
  })
  .openapi('Assistant')
export type Assistant = z.infer<typeof Assistant>

export const AssistantQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  /** The slug of the last one of the page before. */
  cursor: Slug.optional(),
  archived: z.enum(['true', 'false']).default('false'),
})
export type AssistantQuery = z.output<typeof AssistantQuery>

const nextCursor = z.string().nullable()

export const AssistantPage = z
  .object({ items: z.array(Assistant), next_cursor: nextCursor })
  .openapi('AssistantPage')
export type AssistantPage = z.infer<typeof AssistantPage>

export const AssistantVersion = z
  .object({
    version: z.int(),
    content: AssistantContent,
    comment: z.string(),
    author: z.string(),
    /** The version whose content came back with this one. */
    restored: z.int().nullable(),
    created_at: time(),
  })
  .openapi('AssistantVersion')
export type AssistantVersion = z.infer<typeof AssistantVersion>

export const VersionQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.coerce.number().int().positive().optional(),
})
export type VersionQuery = z.output<typeof VersionQuery>

export const AssistantVersionPage = z
  .object({ items: z.array(AssistantVersion), next_cursor: nextCursor })
  .openapi('AssistantVersionPage')
export type AssistantVersionPage = z.infer<typeof AssistantVersionPage>

/** What whoever may talk to an assistant is told of it. */
export const OfferedAssistant = z
  .object({
    id: z.uuid(),
    slug: z.string(),
    name: z.string(),
    greeting: z.string(),
    language: Language.nullable(),
    is_default: z.boolean(),
  })
  .openapi('OfferedAssistant')
export type OfferedAssistant = z.infer<typeof OfferedAssistant>

/** What an administrator may choose from. */
export const AssistantOptions = z
  .object({ tools: z.array(z.string()), models: z.array(z.string()), max_turns: z.int() })
  .openapi('AssistantOptions')
export type AssistantOptions = z.infer<typeof AssistantOptions>

export const OfferedAssistants = z
  .object({ items: z.array(OfferedAssistant) })
  .openapi('OfferedAssistants')
export type OfferedAssistants = z.infer<typeof OfferedAssistants>
