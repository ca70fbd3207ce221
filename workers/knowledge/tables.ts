/**
 * The knowledge feature's tables. Documents and their jobs are ordinary rows; a chunk is spread over
 * three narrow tables, because one wide row passes 2 KB, is stored out of line, and every scan pays
 * for that. Functions that keep the statistics right are in migrations/.
 */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  check,
  customType,
  foreignKey,
  index,
  integer,
  jsonb,
  type PgColumn,
  pgTable,
  primaryKey,
  sparsevec,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'
import type { Attributes } from './attributes.ts'
import { knowledgeBases } from './base-tables.ts'
import type { JobStatus } from './schemas.ts'
import type { Suspicion } from './suspicion.ts'

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })
/** Of any length: which one a knowledge base has is its embedding profile's. */
const vector = customType<{ data: string }>({ dataType: () => 'vector' })
const sparseOfAnyLength = customType<{ data: string }>({ dataType: () => 'sparsevec' })
const at = () => timestamp({ withTimezone: true }).notNull()
const tenant = () =>
  text()
    .notNull()
    .references(() => tenants.id, { onDelete: 'cascade' })

/** The knowledge base every tenant has without making one. */
export const KB_ID = 'default'
/** BM25 terms are hashed to 20 bits; a collision costs one wrong weight, not a wrong answer. */
const LEXEME_DIMENSIONS = 1_048_576

/** One row per knowledge base: what BM25 must know of it, and the version caches are keyed by. */
export const kbStat = pgTable(
  'kb_stat',
  {
    tenantId: tenant(),
    kbId: text().notNull(),
    /** Grows with every change of what can be found. */
    version: bigint({ mode: 'number' }).notNull().default(0),
    /** Text-search configuration. 'russian' stems ASCII words as English, the others as Russian. */
    config: text().notNull().default('russian'),
    chunks: integer().notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.kbId] }),
    foreignKey({
      name: 'kb_stat_base',
      columns: [table.tenantId, table.kbId],
      foreignColumns: [knowledgeBases.tenantId, knowledgeBases.id],
    }).onDelete('cascade'),
  ],
)

/** In how many visible chunks of a knowledge base a term occurs. */
export const kbTerm = pgTable(
  'kb_term',
  {
    tenantId: text().notNull(),
    kbId: text().notNull(),
    h: integer().notNull(),
    df: integer().notNull(),
    /** One of the terms of this hash, almost always the only one. */
    lexeme: text(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.kbId, table.h] }),
    // By trigrams, for words that nobody wrote: which term is meant.
    index('kb_term_lexeme')
      .using('gin', table.tenantId, table.lexeme.op('gin_trgm_ops'))
      .with({ gin_pending_list_limit: 512 }),
    foreignKey({
      name: 'kb_term_kb_stat_fk',
      columns: [table.tenantId, table.kbId],
      foreignColumns: [kbStat.tenantId, kbStat.kbId],
    }).onDelete('cascade'),
  ],
)

export const kbDocuments = pgTable(
  'kb_documents',
  {
    tenantId: tenant(),
    id: uuid().notNull(),
    kbId: text().notNull(),
    title: text().notNull(),
    fileName: text().notNull(),
    mediaType: text().notNull(),
    bytes: integer().notNull(),
    /** SHA-256 of the file, hexadecimal. */
    sha256: text().notNull(),
    /** SHA-256 of the canonical text of the visible run; null until there is one. */
    textSha256: text(),
    /** The document whose text is the same to the letter: this one's chunks are that one's. */
    duplicateOf: uuid(),
    /** Number of the newest indexing run; what an older run still writes is refused. */
    generation: integer().notNull(),
    /** The run whose chunks are visible; null until the first one ends well. */
    liveGeneration: integer(),
    pages: integer(),
    chunks: integer().notNull().default(0),
    /** What in its text looks like an attempt on whoever reads it with a model. */
    suspicions: text().array().$type<Suspicion[]>().notNull().default([]),
    /** Who may read it, as `role:…`, `group:…` and `user:…`; null for everybody in the tenant. */
    acl: text().array(),
    /** Health data: read only with the permission for it, whoever the labels name. */
    phi: boolean().notNull().default(false),
    attributes: jsonb().$type<Attributes>().notNull().default({}),
    createdAt: at(),
    updatedAt: at(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    foreignKey({
      name: 'kb_documents_base',
      columns: [table.tenantId, table.kbId],
      foreignColumns: [knowledgeBases.tenantId, knowledgeBases.id],
    }).onDelete('cascade'),
    // Few documents are for some readers only: which labels are in use is read from these.
    index('kb_documents_limited')
      .on(table.tenantId)
      .where(sql`acl is not null or phi`),
    uniqueIndex('kb_documents_sha256').on(table.tenantId, table.kbId, table.sha256),
    index('kb_documents_text').on(table.tenantId, table.kbId, table.textSha256),
    index('kb_documents_duplicates')
      .on(table.tenantId, table.duplicateOf)
      .where(sql`duplicate_of is not null`),
  ],
)

/** One row per indexing run of a document: its state, its progress and its lease. */
export const jobs = pgTable(
  'jobs',
  {
    tenantId: text().notNull(),
    id: uuid().notNull(),
    documentId: uuid().notNull(),
    generation: integer().notNull(),
    status: text().$type<JobStatus>().notNull(),
    stage: text().notNull(),
    percent: integer().notNull().default(0),
    error: jsonb().$type<{ code: string; message: string }>(),
    /** Tries of the slice at hand; the next slice begins at 0. */
    attempts: integer().notNull().default(0),
    /** Which message is due: a run is done in slices, and a message names its own. */
    slice: integer().notNull().default(0),
    /** Totals are null until they are known. */
    pagesDone: integer().notNull().default(0),
    pagesTotal: integer(),
    chunksDone: integer().notNull().default(0),
    chunksTotal: integer(),
    startedAt: timestamp({ withTimezone: true }),
    /** When a worker took it last, and since when it had been in the queue then. */
    claimedAt: timestamp({ withTimezone: true }),
    reachedAt: timestamp({ withTimezone: true }),
    /** Who works on it, and until when that is believed without a sign of life. */
    leaseId: uuid(),
    leaseUntil: timestamp({ withTimezone: true }),
    /** When its message was last put into the queue; null when that failed. */
    sentAt: timestamp({ withTimezone: true }),
    requestId: text().notNull(),
    traceparent: text().notNull(),
    createdAt: at(),
    updatedAt: at(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('jobs_generation').on(table.tenantId, table.documentId, table.generation),
    index('jobs_active')
      .on(table.updatedAt)
      .where(sql`status in ('queued', 'parsing', 'embedding')`),
    // For the sweep of old runs: few documents have had a second one.
    index('jobs_reruns')
      .on(table.tenantId, table.documentId, table.generation)
      .where(sql`generation > 1`),
    index('jobs_claimed').on(table.claimedAt),
    foreignKey({
      name: 'jobs_kb_documents_fk',
      columns: [table.tenantId, table.documentId],
      foreignColumns: [kbDocuments.tenantId, kbDocuments.id],
    }).onDelete('cascade'),
  ],
)

/** Files of deleted documents, until they are gone from storage too. */
export const kbPurges = pgTable(
  'kb_purges',
  { tenantId: tenant(), documentId: uuid().notNull(), requestedAt: at() },
  (table) => [primaryKey({ columns: [table.tenantId, table.documentId] })],
)

const chunkKey = {
  tenantId: text().notNull(),
  documentId: uuid().notNull(),
  generation: integer().notNull(),
  /** Place in the document, from 0. */
  ordinal: integer().notNull(),
}

/** The document is the parent of all three, so that one statement per table removes its rows. */
const chunkConstraints = (name: string, table: Record<keyof typeof chunkKey, PgColumn>) => [
  primaryKey({
    name: `${name}_pk`,
    columns: [table.tenantId, table.documentId, table.generation, table.ordinal],
  }),
  foreignKey({
    name: `${name}_kb_documents_fk`,
    columns: [table.tenantId, table.documentId],
    foreignColumns: [kbDocuments.tenantId, kbDocuments.id],
  }).onDelete('cascade'),
]

export const kbChunk = pgTable(
  'kb_chunk',
  {
    ...chunkKey,
    /** Headings above it, and the header row where it continues a table. */
    context: text().notNull(),
    text: text().notNull(),
    /** UTF-16 offsets in the document's canonical text. */
    charStart: integer().notNull(),
    charEnd: integer().notNull(),
    page: integer().notNull(),
    /** Offsets inside the chunk's span at which the following pages begin. */
    pageStarts: integer().array().notNull(),
    /** SHA-256 of what was embedded and by which model: an equal chunk has an equal vector. */
    chunkHash: text().notNull(),
  },
  (table) => [
    ...chunkConstraints('kb_chunk', table),
    index('kb_chunk_hash').on(table.tenantId, table.chunkHash),
  ],
)

/** A vector is in one of two forms, whichever is shorter: `kb_sparse` in migrations/ decides. */
export const kbVec = pgTable(
  'kb_vec',
  {
    ...chunkKey,
    emb: vector(),
    /** Its places that are not zero. */
    sparse: sparseOfAnyLength(),
    /** How long it is, which a sparse one does not say by itself. */
    dimensions: integer()
      .notNull()
      .generatedAlwaysAs(sql`coalesce(vector_dims(emb), vector_dims(sparse::vector))`),
  },
  (table) => [
    ...chunkConstraints('kb_vec', table),
    check('kb_vec_one_form', sql`num_nonnulls(emb, sparse) = 1`),
  ],
)

export const kbLex = pgTable(
  'kb_lex',
  {
    ...chunkKey,
    tsv: tsvector().notNull(),
    /** BM25 weight of each term; the product with the query's idf vector is the score. */
    bm: sparsevec({ dimensions: LEXEME_DIMENSIONS }).notNull(),
  },
  (table) => [
    ...chunkConstraints('kb_lex', table),
    // A long list of pending entries would be read whole by every search; in kilobytes.
    index('kb_lex_tsv')
      .using('gin', table.tenantId, table.tsv)
      .with({ gin_pending_list_limit: 512 }),
  ],
)
