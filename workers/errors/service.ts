/** A report on purpose: whether failures would be heard of. */
import { reportOf } from '../../shared/error-report.ts'
import type { TestReport } from './schemas.ts'
import { type SentryEnv, sendReport } from './sentry-client.ts'

/** Sends a test event, past the queue, so that the answer says what became of it. */
export async function sendTestReport(env: SentryEnv, requestId: string): Promise<TestReport> {
  const report = reportOf({
    id: crypto.randomUUID().replaceAll('-', ''),
    at: Date.now(),
    message: 'Test event: error reporting works.',
    error: undefined,
    fields: { worker: 'indexer', request_id: requestId },
    breadcrumbs: [],
  })
  const delivery = await sendReport(env, report, 'info')
  const sent = delivery === 'sent'
  return { configured: delivery !== 'off', sent, eventId: sent ? report.id : null }
}
