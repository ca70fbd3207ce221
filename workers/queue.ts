/** The indexer's queues and jobs: which feature handles what. */
import { reporterOf } from '../shared/error-queue.ts'
import { createLog } from '../shared/log.ts'
import { metricsOf } from '../shared/metrics.ts'
import { parseTraceparent, traceparentOf } from '../shared/trace.ts'
import { currentTraceparent } from '../shared/tracing.ts'
import { consumeAudit, consumeDeadAudit } from './audit/consumer.ts'
import { checkpointChains } from './audit/schedule.ts'
import { verifyChains } from './audit/verification-service.ts'
import { consumeErrors } from './errors/consumer.ts'
import { sendTestReport } from './errors/service.ts'
import { indexerContext, indexerTracer } from './indexer-context.ts'
import { consumeDeadDocuments, consumeDocuments } from './knowledge/consumer.ts'
import { sweepDocuments } from './knowledge/schedule.ts'
import type { DocumentMessage } from './knowledge/schemas.ts'
import { consumeDeadUsage, consumeUsage } from './usage/consumer.ts'
import { consumeDeadMail, consumeMail } from './workspace/consumer.ts'

type WaitUntil = (work: Promise<unknown>) => void

/** Whose work it is, and on whose request; a job of our own begins a trace of its own. */
interface Task {
  tenantId: string
  requestId?: string
  traceparent?: string
}

const JOBS = ['audit', 'mail', 'usage'] as const

/** Queue names end in the environment's, so they are told apart by how they begin. */
export async function consumeQueue(
  batch: MessageBatch,
  env: IndexerEnv,
  { waitUntil }: { waitUntil: WaitUntil },
): Promise<void> {
  const bound = { worker: 'indexer', queue: batch.queue }
  const job = JOBS.find((name) => batch.queue.startsWith(name)) ?? 'documents'
  const metrics = metricsOf(env, waitUntil)
  if (batch.queue.startsWith('errors')) {
    const log = createLog({ level: env.LOG_LEVEL }, bound)
    return consumeErrors(batch, { env, log, metrics })
  }
  const reporter = reporterOf(env, { waitUntil })
  const log = createLog({ level: env.LOG_LEVEL, reporter }, bound)
  const contextOf = contextsOf(env, job, waitUntil)
  if (job === 'mail') {
    const consume = batch.queue.startsWith('mail-dead') ? consumeDeadMail : consumeMail
    return consume(batch, {
      contextOf: (mail) => contextOf({ ...mail, tenantId: '' }),
      log,
      metrics,
    })
  }
  if (job === 'audit') {
    const consume = batch.queue.startsWith('audit-dead') ? consumeDeadAudit : consumeAudit
    return consume(batch, { contextOf: (tenantId) => contextOf({ tenantId }), log, metrics })
  }
  if (job === 'usage') {
    const consume = batch.queue.startsWith('usage-dead') ? consumeDeadUsage : consumeUsage
    return consume(batch, { contextOf: (tenantId) => contextOf({ tenantId }), log, metrics })
  }
  const consume = batch.queue.startsWith('documents-dead') ? consumeDeadDocuments : consumeDocuments
  const follow = followerOf(env, waitUntil)
  return consume(batch, { contextOf, follow, log })
}

/** A message's work goes on in the trace of whoever sent it, which is also its link. */
function followerOf(env: IndexerEnv, waitUntil: WaitUntil) {
  return (message: DocumentMessage, work: () => Promise<void>): Promise<void> => {
    const { traceparent, requestId, tenantId, documentId } = message
    const sender = parseTraceparent(traceparent)
    const entry = { traceparent, requestId, tenantId, waitUntil }
    const attributes = { 'messaging.destination.name': 'documents', document_id: documentId }
    const links = sender ? [sender] : []
    const start = { name: 'documents process', kind: 'consumer', attributes, links } as const
    return indexerTracer.enter(env, entry, start, work)
  }
}

/** Called by the edge's minute cron. */
export async function runSweep(env: IndexerEnv, waitUntil: WaitUntil): Promise<void> {
  await sweepDocuments(contextsOf(env, 'sweepDocuments', waitUntil)({ tenantId: '' }))
}

/** Called by the edge's minute cron. */
export async function runCheckpoints(env: IndexerEnv, waitUntil: WaitUntil): Promise<void> {
  await checkpointChains(contextsOf(env, 'checkpointAudit', waitUntil)({ tenantId: '' }))
}

/** Called by the edge's minute cron. */
export async function runVerification(env: IndexerEnv, waitUntil: WaitUntil): Promise<void> {
  await verifyChains(contextsOf(env, 'verifyAudit', waitUntil)({ tenantId: '' }))
}

/** Called by the edge for those who run the platform. */
export const testReporting = (env: IndexerEnv, requestId: string) => sendTestReport(env, requestId)

function contextsOf(env: IndexerEnv, job: string, waitUntil: WaitUntil) {
  const actor = { type: 'system', job } as const
  return ({
    tenantId,
    requestId = crypto.randomUUID(),
    traceparent = traceparentOf(undefined),
  }: Task) => {
    const origin = { tenantId, actor, requestId, waitUntil }
    return indexerContext(env, { ...origin, traceparent: currentTraceparent() ?? traceparent })
  }
}
