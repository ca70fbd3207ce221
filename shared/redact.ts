/**
 * What must never leave in a log line, a span or an error report. Fields are judged by their name,
 * text by its content. Ids, versions, timestamps and hashes stay as they are: a log that hides those
 * is of no use. What counts as a card number is card-number.ts.
 */
import { isCardNumber } from './card-number.ts'

const SECRET_FIELD =
  /authorization|cookie|password|pepper|secret|api[_-]?key|sec-websocket-protocol|token$/i

/** Twilio's names of both ends of a call, written its way: `from` and `to` are also dates. */
const PHONE_FIELD = /^(?:From|To|Caller|Called|ForwardedFrom|DialCallTo)$|phone[_-]?(?:number)?$/i
const TWILIO_ENDS = 'From|To|Caller|Called|ForwardedFrom|DialCallTo'

type Replacement = string | ((match: string) => string)

/**
 * Order matters: a key may hold a token (`ek_`), an address a password that looks like the name of a
 * mailbox. Every repetition is bounded, so that no text takes time beyond its length.
 */
const PATTERNS: readonly (readonly [RegExp, Replacement])[] = [
  // drizzle repeats a failed statement's values in its message: session tokens, questions, names.
  [/\bparams: .*?(?=\n {4}at |$)/gs, 'params: [REDACTED]'],
  [
    /(?<![a-z0-9])(?:sk|rk|pk|ek|va_live|va_client|va_oauth|va_refresh|github_pat|gh[opsu]|whsec)[-_][\w.-]{8,}/gi,
    '[KEY_REDACTED]',
  ],
  [/(?<![A-Za-z0-9])(?:AKIA|ASIA)[0-9A-Z]{16}(?![0-9A-Z])/g, '[KEY_REDACTED]'],
  // RFC 7519: signed ones have three parts, encrypted ones five.
  [/(?<![A-Za-z0-9])eyJ[\w-]+(?:\.[\w-]*){2,4}/g, '[TOKEN_REDACTED]'],
  [/\b(Bearer|Basic) +(?=[^\s\d=]{0,200}[\d=])[\w.~+/=-]{8,}/gi, '$1 [TOKEN_REDACTED]'],
  [/([a-z][\w+]{1,20}:\/\/[^:@\s/]{1,128}):[^@\s/]{1,256}@/g, '$1:[PASSWORD_REDACTED]@'],
  [/\b(session_token|session_data)=[^;\s"]+/g, '$1=[TOKEN_REDACTED]'],
  [
    /([?&](?:\w{1,20}_)?(?:token|secret|password|api_?key|code|ticket)=)[^&\s"']+/gi,
    '$1[REDACTED]',
  ],
  [new RegExp(`\\b(${TWILIO_ENDS})=(["'])[^"']*\\2`, 'g'), '$1=$2[PHONE_REDACTED]$2'],
  [new RegExp(`\\b(${TWILIO_ENDS})=(?!["'[])[^&\\s<>]+`, 'g'), '$1=[PHONE_REDACTED]'],
  [new RegExp(`(\\\\?"(?:${TWILIO_ENDS})\\\\?": ?\\\\?")[^"\\\\]*`, 'g'), '$1[PHONE_REDACTED]'],
  [/(<(?:Number|Dial|Sip|Client)(?: [^>]{0,200})?>)[^<]+/g, '$1[PHONE_REDACTED]'],
  // Not what a package manager writes: name@1.2.3-beta.one.
  [
    /[\p{L}\p{N}_.%+'-]{1,64}(?:@|%40)(?!v?\d+\.\d+\.)(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}/gu,
    '[EMAIL_REDACTED]',
  ],
  [
    /(?<![\w.+-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)/g,
    (digits) => (isCardNumber(digits) ? '[CARD_REDACTED]' : digits),
  ],
  // E.164 with its plus, written together or in groups, or as an address writes the plus.
  [/(?<![\w+])(?:\+|%2B)\d(?:[\d \u00a0().-]|%20){6,18}\d(?!\w|[.-]\d)/gi, '[PHONE_REDACTED]'],
  // National forms are told from other numbers by how their groups are set apart.
  [/(?<![\w.+-])[78][ -]?\(\d{3}\) ?\d{3}[ -]\d{2}[ -]?\d{2}(?![\w-])/g, '[PHONE_REDACTED]'],
  [/(?<![\w.+-])[178][ -]\d{3}[ -]\d{3}[ -]\d{2}[ -]?\d{2}(?![\w-])/g, '[PHONE_REDACTED]'],
  [/(?<![\w.+-])\(\d{3}\) ?\d{3}[ .-]\d{4}(?![\w-])/g, '[PHONE_REDACTED]'],
  [/(?<![\w.:+-])\d{3}([ -])\d{3}\1\d{4}(?![\w-])/g, '[PHONE_REDACTED]'],
]

/** A replacer for `JSON.stringify`: `value` as it may be logged under `key`. */
export function redact(key: string, value: unknown): unknown {
  if (SECRET_FIELD.test(key) && value) return '[REDACTED]'
  if (typeof value !== 'string') return value
  return PHONE_FIELD.test(key) && /\d{5}/.test(value) ? '[PHONE_REDACTED]' : redactText(value)
}

export function redactText(text: string): string {
  let clean = text
  for (const [pattern, name] of PATTERNS) {
    // Two signatures of one method: a union of both fits neither.
    clean = typeof name === 'string' ? clean.replace(pattern, name) : clean.replace(pattern, name)
  }
  return clean
}
