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

/** Sends the messages that got lost again, and removes the files of deleted documents. */
export async function sweepDocuments(ctx: SweepContext): Promise<void> {
  await resendLost(ctx)
  await purgeDeleted(ctx)
}

async function resendLost(ctx: SweepContext): Promise<void> {
  const due = await callAcrossTenants<{
    tenant_id: string
    document_id: string
    generation: number
    request_id: string
    traceparent: string
  }>(ctx.env, sql`select * from kb_due_jobs(${MOST})`)
  for (const row of due) {
    await ctx.env.DOCUMENTS.send({
      tenantId: row.tenant_id,
      documentId: row.document_id,
      generation: row.generation,
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

/** Removes a deleted document's files, then the note that they are to be removed. */
export async function purgeDocument(
  ctx: WithEnv<DatabaseEnv & FilesEnv>,
  documentId: string,
): Promise<void> {
  await purgeFiles(ctx, documentId)
  await deletePurge(ctx, documentId)
}
