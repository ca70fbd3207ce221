/**
 * The evaluation feature's tables. Judged documents are named by id and nothing else: one that is deleted
 * leaves the judgement behind, for it is the set that is right, not the knowledge base.
 */
import { sql } from 'drizzle-orm'
import {
  bigint,
  boolean,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'
import { tenants } from '../../shared/tables.ts'
import type {
  CaseSource,
  EvalResult,
  Judgement,
  RunProfile,
  RunStatus,
  RunSummary,
} from './schemas.ts'

const time = () => timestamp({ withTimezone: true })

export const evalSets = pgTable(
  'eval_sets',
  {
    tenantId: text()
      .notNull()
      .references(() => tenants.id, { onDelete: 'cascade' }),
    id: uuid().notNull(),
    name: text().notNull(),
    kbId: text().notNull(),
    createdAt: time().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    uniqueIndex('eval_sets_name').on(table.tenantId, table.name),
  ],
)

export const evalCases = pgTable(
  'eval_cases',
  {
    tenantId: text().notNull(),
    setId: uuid().notNull(),
    id: uuid().notNull(),
    key: text().notNull(),
    question: text().notNull(),
    judgements: jsonb().$type<Judgement[]>().notNull(),
    source: text().$type<CaseSource>().notNull(),
    createdAt: time().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.setId, table.id] }),
    uniqueIndex('eval_cases_key').on(table.tenantId, table.setId, table.key),
    foreignKey({
      name: 'eval_cases_set',
      columns: [table.tenantId, table.setId],
      foreignColumns: [evalSets.tenantId, evalSets.id],
    }).onDelete('cascade'),
  ],
)

export const evalRuns = pgTable(
  'eval_runs',
  {
    tenantId: text().notNull(),
    id: uuid().notNull(),
    setId: uuid().notNull(),
    kbId: text().notNull(),
    label: text().notNull(),
    status: text().$type<RunStatus>().notNull(),
    profile: jsonb().$type<RunProfile>().notNull(),
    kbVersion: bigint({ mode: 'number' }).notNull(),
    kbVersionEnd: bigint({ mode: 'number' }),
    casesTotal: integer().notNull(),
    casesDone: integer().notNull().default(0),
    /** The last case that has a result; cases run in the order of their ids. */
    lastCase: uuid(),
    error: jsonb().$type<{ code: string; message: string }>(),
    summary: jsonb().$type<RunSummary>(),
    costMicroDollars: bigint({ mode: 'number' }).notNull().default(0),
    /** Claims since the last case that was done. */
    attempts: integer().notNull().default(0),
    /** Who works on it, and until when that is believed without a sign of life. */
    leaseId: uuid(),
    leaseUntil: time(),
    createdAt: time().notNull(),
    endedAt: time(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.id] }),
    index('eval_runs_set').on(table.tenantId, table.setId, table.id),
    index('eval_runs_open')
      .on(table.createdAt)
      .where(sql`status in ('queued', 'running')`),
    foreignKey({
      name: 'eval_runs_set_fk',
      columns: [table.tenantId, table.setId],
      foreignColumns: [evalSets.tenantId, evalSets.id],
    }).onDelete('cascade'),
  ],
)

/** What a case came to in a run; the question as it was asked, for cases change. */
export const evalResults = pgTable(
  'eval_results',
  {
    tenantId: text().notNull(),
    runId: uuid().notNull(),
    caseId: uuid().notNull(),
    question: text().notNull(),
    answerable: boolean().notNull(),
    ndcg: doublePrecision(),
    recall: doublePrecision(),
    citationPrecision: doublePrecision(),
    abstained: boolean().notNull(),
    searchMs: doublePrecision().notNull(),
    answerMs: doublePrecision(),
    documents: jsonb().$type<EvalResult['documents']>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.runId, table.caseId] }),
    foreignKey({
      name: 'eval_results_run',
      columns: [table.tenantId, table.runId],
      foreignColumns: [evalRuns.tenantId, evalRuns.id],
    }).onDelete('cascade'),
  ],
)
