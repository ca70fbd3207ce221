/** What keeps documents from sticking: the minute's sweep over all tenants. */
import { sql } from 'drizzle-orm'
import type { WithEnv } from '../../shared/context.ts'
import { callAcrossTenants, type DatabaseEnv } from '../../shared/database.ts'
import { type FilesEnv, purgeFiles } from './files-client.ts'
import type { DocumentMessage } from './schemas.ts'
import { deletePurge } from './store.ts'

export type SweepContext = WithEnv<
  DatabaseEnv & FilesEnv & { readonly DOCUMENTS: Pick<Queue<DocumentMessage>, 'send'> }
>

/** Rows per sweep; the rest is due a minute later. */
const MOST = 100

/** How long a run is kept that was followed by another: what it says is of use while that is young. */
const RUN_DAYS = 90

/** Days that what became of a document's runs is kept. */
const EVENT_DAYS = 90

/** Days that it is kept what was asked, for ratings. */
const ANSWER_DAYS = 90

/** Sends lost messages again, removes the files of deleted documents, and forgets what is old. */
export async function sweepDocuments(ctx: SweepContext): Promise<void> {
  await resendLost(ctx)
  await purgeDeleted(ctx)
  await forgetRuns(ctx)
  await expireEvents(ctx)
  await expireAnswers(ctx)
}

/** An answer that can be rated no more. */
async function expireAnswers(ctx: SweepContext): Promise<void> {
  const before = new Date(ctx.now().getTime() - ANSWER_DAYS * 86_400_000).toISOString()
  await callAcrossTenants(ctx.env, sql`select kb_expire_answers(${before}::timestamptz, 1000)`)
}

async function expireEvents(ctx: SweepContext): Promise<void> {
  const before = new Date(ctx.now().getTime() - EVENT_DAYS * 86_400_000).toISOString()
  await callAcrossTenants(ctx.env, sql`select kb_expire_events(${before}::timestamptz, 1000)`)
}

async function resendLost(ctx: SweepContext): Promise<void> {
  const due = await callAcrossTenants<{
    tenant_id: string
    document_id: string
    generation: number
    slice: number
    request_id: string
    traceparent: string
  }>(ctx.env, sql`select * from kb_due_jobs(${MOST})`)
  for (const row of due) {
    await ctx.env.DOCUMENTS.send({
      tenantId: row.tenant_id,
      documentId: row.document_id,
      generation: row.generation,
      slice: row.slice,
      requestId: row.request_id,
      traceparent: row.traceparent,
    })
  }
  if (due.length > 0) ctx.log.info('documents were queued again', { count: due.length })
}

async function purgeDeleted(ctx: SweepContext): Promise<void> {
  const due = await callAcrossTenants<{ tenant_id: string; document_id: string }>(
    ctx.env,
    sql`select * from kb_due_purges(${MOST})`,
  )
  for (const { tenant_id: tenantId, document_id: documentId } of due) {
    await purgeDocument({ ...ctx, tenantId }, documentId)
  }
}

async function forgetRuns({ env, log, now }: SweepContext): Promise<void> {
  const before = new Date(now().getTime() - RUN_DAYS * 86_400_000).toISOString()
  const [row] = await callAcrossTenants<{ gone: string }>(
    env,
    sql`select kb_forget_jobs(${before}::timestamptz, ${MOST})::text as gone`,
  )
  if (row && row.gone !== '0') log.info('old runs were forgotten', { count: row.gone })
}

/** Removes a deleted document's files, then the note that they are to be removed. */
export async function purgeDocument(
  ctx: WithEnv<DatabaseEnv & FilesEnv>,
  documentId: string,
): Promise<void> {
  await purgeFiles(ctx, documentId)
  await deletePurge(ctx, documentId)
}
