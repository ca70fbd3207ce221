/** Knowledge bases as they travel. */
import { z } from '@hono/zod-openapi'
import { MOST_BASES } from './limits.ts'
import { KNOWN_MODELS } from './profiles.ts'

/** `default`, or an id this API gave. */
export const BaseId = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, 'must be an id this API gave')
  .openapi({ example: 'default' })

/** The ones to look in; left out: all. */
export const BaseIds = z.array(BaseId).min(1, 'Name one, or leave it out.').max(MOST_BASES)

const name = z.string().trim().min(1).max(100).openapi({ example: 'Service manuals' })
const description = z.string().trim().max(1000)

/** How words are cut and stemmed: the text-search configurations every Postgres has. */
export const TextConfig = z.enum([
  'simple',
  'arabic',
  'armenian',
  'basque',
  'catalan',
  'danish',
  'dutch',
  'english',
  'finnish',
  'french',
  'german',
  'greek',
  'hindi',
  'hungarian',
  'indonesian',
  'irish',
  'italian',
  'lithuanian',
  'nepali',
  'norwegian',
  'portuguese',
  'romanian',
  'russian',
  'serbian',
  'spanish',
  'swedish',
  'tamil',
  'turkish',
  'yiddish',
])

/** Embedding models whose profile is known; the provider of OPENAI_BASE_URL must have it. */
const EmbeddingModel = z.enum(KNOWN_MODELS)

export const NewBase = z
  .strictObject({
    name,
    description: description.default(''),
    /** Settled once: words are stored as it cut them. `russian` also stems English. */
    textConfig: TextConfig.default('russian'),
    /** A draft is asked only by name, by who may change it, until it is published. */
    draft: z.boolean().default(false),
    /** Settled once: vectors are stored as it made them. Left out: the platform's. */
    embeddingModel: EmbeddingModel.optional(),
  })
  .openapi('NewKnowledgeBase')
export type NewBase = z.output<typeof NewBase>

export const BaseChange = z
  .strictObject({
    name: name.optional(),
    description: description.optional(),
    /** Takes it back; publishing is POST …/publish. */
    draft: z.literal(true, 'Publish it instead: POST …/publish.').optional(),
  })
  .openapi('KnowledgeBaseChange')
export type BaseChange = z.output<typeof BaseChange>

export const Base = z
  .object({
    id: BaseId,
    name: z.string(),
    description: z.string(),
    textConfig: TextConfig,
    /** Its own embedding model; null: the platform's. */
    embeddingModel: z.string().nullable(),
    /** Grows with every change of what can be found in it. */
    version: z.int(),
    /** Asked by nobody but who tries it, by name. */
    draft: z.boolean(),
    /** Its version when it was published last; null: it never was a draft. */
    publishedVersion: z.int().nullable(),
    publishedAt: z.iso.datetime().nullable(),
    documents: z.int(),
    /** Chunks that can be found. */
    chunks: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('KnowledgeBase')
export type Base = z.infer<typeof Base>

export const BaseList = z.object({ items: z.array(Base) }).openapi('KnowledgeBases')
export type BaseList = z.infer<typeof BaseList>
