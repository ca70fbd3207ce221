/** What indexing leaves beside documents and jobs: their history, dead letters, uploads under way. */
import {
  bigint,
  foreignKey,
  index,
  integer,
  jsonb,
  type PgColumn,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'
import type { JobError } from './schemas.ts'
import { kbDocuments } from './tables.ts'

const at = () => timestamp({ withTimezone: true }).notNull()

const ofDocument = (name: string, table: { tenantId: PgColumn; documentId: PgColumn }) =>
  foreignKey({
    name,
    columns: [table.tenantId, table.documentId],
    foreignColumns: [kbDocuments.tenantId, kbDocuments.id],
  }).onDelete('cascade')

/** What became of a document's runs; a trigger on jobs writes it, in the transaction of the change. */
export const documentEvents = pgTable(
  'document_events',
  {
    tenantId: text().notNull(),
    documentId: uuid().notNull(),
    id: bigint({ mode: 'number' }).notNull().generatedByDefaultAsIdentity(),
    generation: integer().notNull(),
    event: text().notNull(),
    percent: integer().notNull(),
    error: jsonb().$type<JobError>(),
    at: at(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.documentId, table.id] }),
    index('document_events_at').on(table.at),
    ofDocument('document_events_document', table),
  ],
)

/** Slices that were given up, until their run is taken up again or replaced. */
export const kbDeadLetters = pgTable(
  'kb_dead_letters',
  {
    tenantId: text().notNull(),
    id: uuid().notNull(),
    documentId: uuid().notNull(),
    generation: integer().notNull(),
    slice: integer().notNull(),
    attempts: integer().notNull(),
    error: jsonb().$type<JobError>(),
    diedAt: at(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('kb_dead_letters_run').on(table.tenantId, table.documentId, table.generation),
    ofDocument('kb_dead_letters_document', table),
  ],
)

/** Large files that arrive in parts; the id becomes the document's. */
export const kbUploads = pgTable(
  'kb_uploads',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    kbId: text().notNull(),
    fileName: text().notNull(),
    mediaType: text().notNull(),
    bytes: integer().notNull(),
    /** The storage's own name of the upload. */
    storageId: text().notNull(),
    state: text().$type<'open' | 'completing' | 'done' | 'whole'>().notNull(),
    /** What it became: itself, or the document that had these bytes already. */
    documentId: uuid(),
    createdAt: at(),
    updatedAt: at(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('kb_uploads_updated').on(table.updatedAt),
  ],
)

export const kbUploadParts = pgTable(
  'kb_upload_parts',
  {
    tenantId: text().notNull(),
    uploadId: uuid().notNull(),
    number: integer().notNull(),
    bytes: integer().notNull(),
    /** What the storage knows the part by. */
    etag: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.uploadId, table.number] }),
    foreignKey({
      name: 'kb_upload_parts_upload',
      columns: [table.tenantId, table.uploadId],
      foreignColumns: [kbUploads.tenantId, kbUploads.id],
    }).onDelete('cascade'),
  ],
)
