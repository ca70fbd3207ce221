/**
 * What must never leave in a log line. Fields are judged by their name, text by its content.
 * Ids, versions and timestamps stay as they are: a log that hides those is of no use.
 */

const SECRET_FIELD =
  /authorization|cookie|password|pepper|secret|api[_-]?key|sec-websocket-protocol|token$/i

/** Order matters: a key may hold a token (`ek_`), a token what looks like an e-mail's host. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  // drizzle repeats a failed statement's values in its message: session tokens, questions, names.
  [/\bparams: .*?(?=\n {4}at |$)/gs, 'params: [REDACTED]'],
  [/\b(?:sk|ek|va_live|va_client|va_oauth|va_refresh)[-_][\w.-]{8,}/g, '[KEY_REDACTED]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[TOKEN_REDACTED]'],
  [/(postgres(?:ql)?:\/\/[^:@\s]+):[^@\s]+@/g, '$1:[PASSWORD_REDACTED]@'],
  [/[\w.+-]+@[\w-]+\.[a-z]{2,}(?:\.[a-z]{2,})*\b/gi, '[EMAIL_REDACTED]'],
  [/(?<![\w.+-])\+\d[\d\s().-]{7,16}\d(?![\w.-])/g, '[PHONE_REDACTED]'],
]

/** A replacer for `JSON.stringify`: `value` as it may be logged under `key`. */
export function redact(key: string, value: unknown): unknown {
  if (SECRET_FIELD.test(key) && value) return '[REDACTED]'
  return typeof value === 'string' ? redactText(value) : value
}

export function redactText(text: string): string {
  return PATTERNS.reduce((clean, [pattern, name]) => clean.replace(pattern, name), text)
}
