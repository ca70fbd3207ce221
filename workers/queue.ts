/** The indexer's queues and jobs: which feature handles what. */
import type { WithEnv } from '../shared/context.ts'
import { reporterOf } from '../shared/error-queue.ts'
import { pushTo } from '../shared/log-push.ts'
import { createLog } from '../shared/log.ts'
import { metricsOf } from '../shared/metrics.ts'
import { consumeDeadRows, consumeRows } from '../shared/tenant-rows.ts'
import type { Entry } from '../shared/trace-exporter.ts'
import type { Attributes } from '../shared/trace-span.ts'
import { parseTraceparent, traceparentOf } from '../shared/trace.ts'
import { currentTraceparent } from '../shared/tracing.ts'
import { AUDIT } from './audit/consumer.ts'
import { checkpointChains } from './audit/schedule.ts'
import { verifyChains } from './audit/verification-service.ts'
import { consumeErrors } from './errors/consumer.ts'
import { sendTestReport } from './errors/service.ts'
import { EXPOSURES } from './experiments/consumer.ts'
import { refreshExperiments, sweepExperiments } from './experiments/schedule.ts'
import { FLAG_COUNTS } from './flags/consumer.ts'
import { indexerContext, indexerTracer } from './indexer-context.ts'
import { consumeDeadDocuments, consumeDocuments } from './knowledge/consumer.ts'
import { sweepUploads } from './knowledge/parts-service.ts'
import { sweepDocuments } from './knowledge/schedule.ts'
import type { DocumentMessage } from './knowledge/schemas.ts'
import { USAGE } from './usage/consumer.ts'
import { consumeDeadMail, consumeMail } from './workspace/consumer.ts'
import type { MailMessage } from './workspace/schemas.ts'

type WaitUntil = (work: Promise<unknown>) => void

/** Whose work it is, and on whose request; a job of our own begins a trace of its own. */
interface Task {
  tenantId: string
  requestId?: string
  traceparent?: string
}

const JOBS = ['audit', 'mail', 'usage', 'exposures'] as const

/** Queue names end in the environment's, so they are told apart by how they begin. */
export async function consumeQueue(
  batch: MessageBatch,
  env: IndexerEnv,
  { waitUntil }: { waitUntil: WaitUntil },
): Promise<void> {
  const bound = { worker: 'indexer', queue: batch.queue }
  const job = JOBS.find((name) => batch.queue.startsWith(name)) ?? 'documents'
  const metrics = metricsOf(env, waitUntil)
  const forward = pushTo(env, 'indexer', waitUntil)
  if (batch.queue.startsWith('errors')) {
    const log = createLog({ level: env.LOG_LEVEL, forward }, bound)
    return consumeErrors(batch, { env, log, metrics })
  }
  const reporter = reporterOf(env, { waitUntil })
  const log = createLog({ level: env.LOG_LEVEL, reporter, forward }, bound)
  const contextOf = contextsOf(env, job, waitUntil)
  if (job === 'mail') {
    const consume = batch.queue.startsWith('mail-dead') ? consumeDeadMail : consumeMail
    const follow = mailFollowerOf(env, waitUntil)
    const contextOfMail = (mail: MailMessage) => contextOf({ ...mail, tenantId: '' })
    return consume(batch, { contextOf: contextOfMail, follow, log, metrics })
  }
  const source = { contextOf: (tenantId: string) => contextOf({ tenantId }), log, metrics }
  if (job === 'audit') {
    if (batch.queue.startsWith('audit-dead')) return consumeDeadRows(AUDIT, batch, source)
    return traceRows(env, batch, waitUntil, job, () => consumeRows(AUDIT, batch, source))
  }
  if (job === 'usage') {
    if (batch.queue.startsWith('usage-dead')) return consumeDeadRows(USAGE, batch, source)
    return traceRows(env, batch, waitUntil, job, () => consumeRows(USAGE, batch, source))
  }
  if (job === 'exposures') {
    if (batch.queue.startsWith('exposures-dead')) return consumeDeadRows(EXPOSURES, batch, source)
    return traceRows(env, batch, waitUntil, job, async () => {
      const { counts = [], others = [] } = Object.groupBy(batch.messages, kindOf)
      await consumeRows(FLAG_COUNTS, { messages: counts }, source)
      await consumeRows(EXPOSURES, { messages: others }, source)
    })
  }
  const consume = batch.queue.startsWith('documents-dead') ? consumeDeadDocuments : consumeDocuments
  const follow = followerOf(env, waitUntil)
  return consume(batch, { contextOf, follow, log })
}

const kindOf = ({ body }: Message) => (Object(body).type === 'counts' ? 'counts' : 'others')

type Work = () => Promise<void>

/** A message's work goes on in the trace of whoever sent it, which is also its link. */
function process(env: IndexerEnv, queue: string, entry: Entry, more: Attributes, work: Work) {
  const sender = parseTraceparent(entry.traceparent)
  const attributes = { 'messaging.destination.name': queue, ...more }
  const links = sender ? [sender] : []
  const start = { name: `${queue} process`, kind: 'consumer', attributes, links } as const
  return indexerTracer.enter(env, entry, start, work)
}

function followerOf(env: IndexerEnv, waitUntil: WaitUntil) {
  return (message: DocumentMessage, work: Work): Promise<void> => {
    const { traceparent, requestId, tenantId, documentId } = message
    const entry = { traceparent, requestId, tenantId, waitUntil }
    return process(env, 'documents', entry, { document_id: documentId }, work)
  }
}

/** Whose mail it is, nobody says: a mail has an address, not a tenant. */
function mailFollowerOf(env: IndexerEnv, waitUntil: WaitUntil) {
  return ({ traceparent, requestId, template }: MailMessage, work: Work): Promise<void> =>
    process(env, 'mail', { traceparent, requestId, waitUntil }, { template }, work)
}

/** A batch is of many tenants and requests, so it begins a trace of its own. */
function traceRows(
  env: IndexerEnv,
  batch: MessageBatch,
  waitUntil: WaitUntil,
  queue: string,
  work: Work,
) {
  const entry = { traceparent: undefined, requestId: crypto.randomUUID(), waitUntil }
  const more = { 'messaging.batch.message_count': batch.messages.length }
  return process(env, queue, entry, more, work)
}

/** Called by the edge's minute cron; `traceparent` is that minute's, as in the next two. */
export const runSweep = (env: IndexerEnv, waitUntil: WaitUntil, traceparent?: string) =>
  runJob(env, { job: 'sweepDocuments', waitUntil, traceparent }, async (ctx) => {
    await sweepDocuments(ctx)
    await sweepUploads(ctx)
  })

export const runCheckpoints = (env: IndexerEnv, waitUntil: WaitUntil, traceparent?: string) =>
  runJob(env, { job: 'checkpointAudit', waitUntil, traceparent }, checkpointChains)

export const runVerification = (env: IndexerEnv, waitUntil: WaitUntil, traceparent?: string) =>
  runJob(env, { job: 'verifyAudit', waitUntil, traceparent }, verifyChains)

export const runExperiments = (env: IndexerEnv, waitUntil: WaitUntil, traceparent?: string) => {
  const job = 'refreshExperiments'
  const contextOf = contextsOf(env, job, waitUntil)
  return runJob(env, { job, waitUntil, traceparent }, async (ctx) => {
    const { log, now } = ctx
    const source = { env, log, now, contextOf: (tenantId: string) => contextOf({ tenantId }) }
    await refreshExperiments(source)
    await sweepExperiments(source)
  })
}

interface Job extends Pick<Entry, 'traceparent' | 'waitUntil'> {
  job: string
}

function runJob(
  env: IndexerEnv,
  { job, waitUntil, traceparent }: Job,
  run: (ctx: WithEnv<IndexerEnv>) => Promise<void>,
): Promise<void> {
  const entry = { traceparent, requestId: crypto.randomUUID(), waitUntil }
  return indexerTracer.enter(env, entry, { name: `indexer.${job}`, kind: 'server' }, () =>
    run(contextsOf(env, job, waitUntil)({ tenantId: '', requestId: entry.requestId })),
  )
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
