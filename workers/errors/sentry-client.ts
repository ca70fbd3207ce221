/**
 * Reports as Sentry takes them. The only file that knows toucan-js: another library, or another
 * service, is another version of this file.
 * https://develop.sentry.dev/sdk/data-model/event-payloads/
 */
import { Toucan } from 'toucan-js'
import type { ErrorReport } from '../../shared/error-report.ts'
import { NAME, VERSION } from '../../shared/release.ts'
import { findSecret } from '../../shared/secret.ts'

export interface SentryEnv {
  readonly ENVIRONMENT: string
}

/** `refused`: this one will never be taken; `away`: trying again may help. */
export type Delivery = 'off' | 'sent' | 'refused' | 'away'

const TIMEOUT_MS = 5000

/** As source maps are uploaded under (operations/sourcemaps.ts). */
export const RELEASE = `${NAME}@${VERSION}`

const LEVELS = { debug: 'debug', info: 'info', warn: 'warning', error: 'error' } as const

/** @param level Of the event: a test is no failure */
export async function sendReport(
  env: SentryEnv,
  report: ErrorReport,
  level: 'error' | 'info' = 'error',
): Promise<Delivery> {
  const dsn = await findSecret(env, 'SENTRY_DSN')
  if (!dsn) return 'off'
  let answer: Promise<Response> | undefined
  const toucan = toucanOf(
    { dsn: dsn.current, environment: env.ENVIRONMENT },
    report,
    (url, init) => {
      answer = fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
      return answer
    },
  )
  toucan.setLevel(level)
  const hint = { event_id: report.id }
  const [thrown, ...causes] = report.exceptions
  if (thrown) toucan.captureException(errorOf(thrown, causes), hint)
  else toucan.captureMessage(report.message, level, hint)
  await toucan.getClient()?.flush(TIMEOUT_MS)
  // Undefined: the library will not send it, for its DSN is none.
  return answer ? judge(answer) : 'refused'
}

async function judge(answer: Promise<Response>): Promise<Delivery> {
  try {
    const { ok, status } = await answer
    if (ok) return 'sent'
    return status === 429 || status >= 500 ? 'away' : 'refused'
  } catch {
    return 'away'
  }
}

type Fetcher = typeof fetch

function toucanOf(
  { dsn, environment }: { dsn: string; environment: string },
  { at, message, tags, extra, breadcrumbs, request }: ErrorReport,
  fetcher: Fetcher,
): Toucan {
  const toucan = new Toucan({
    dsn,
    environment,
    release: RELEASE,
    transportOptions: { fetcher },
    beforeSend: (event) => ({
      ...event,
      timestamp: at / 1000,
      ...(request && { request: { ...request, query_string: request.query } }),
    }),
  })
  toucan.setTags(tags)
  toucan.setExtras({ ...extra, message })
  for (const crumb of breadcrumbs) {
    const { level, message: step, data } = crumb
    toucan.addBreadcrumb({ timestamp: crumb.at / 1000, level: LEVELS[level], message: step, data })
  }
  return toucan
}

type Exception = ErrorReport['exceptions'][number]

/** An error again, for the library reads stacks of errors. */
function errorOf(
  { type, value, stack }: Exception,
  [cause, ...causes]: readonly Exception[],
): Error {
  const error = new Error(value, cause && { cause: errorOf(cause, causes) })
  error.name = type
  error.stack = stack
  return error
}
