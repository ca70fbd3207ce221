/** Mails as text and HTML. Pure: words in, a mail out; every value is escaped where it stands. */
import { words } from './mail-words.ts'
import type { MailMessage } from './schemas.ts'

export interface Mail {
  subject: string
  text: string
  html: string
}

/** The parts every mail is made of. */
export interface Letter {
  subject: string
  /** Before the link; one paragraph each. */
  paragraphs: readonly string[]
  /** What the link's button says. */
  action: string
  /** After the link, in small print. */
  footnote: string
}

export function renderMail(message: MailMessage): Mail {
  const letter = words(message)
  const { url } = message.data
  return {
    subject: oneLine(letter.subject),
    text: textOf(letter, url),
    html: htmlOf(letter, url, message.locale),
  }
}

const textOf = ({ paragraphs, action, footnote }: Letter, url: string) =>
  `${[...paragraphs, `${action}:\n${url}`, footnote].join('\n\n')}\n`

function htmlOf({ paragraphs, action, footnote }: Letter, url: string, locale: string): string {
  const body = paragraphs.map((text) => `<p>${escape(text)}</p>`).join('\n')
  const button =
    'display:inline-block;padding:10px 16px;border-radius:6px;background:#1f2937;color:#ffffff;text-decoration:none'
  return `<!doctype html>
<html lang="${locale}">
<meta charset="utf-8">
<body style="font:16px/1.5 system-ui,sans-serif;color:#111827;max-width:36em;margin:2em auto;padding:0 1em">
${body}
<p><a href="${escape(url)}" style="${button}">${escape(action)}</a></p>
<p style="color:#6b7280;font-size:14px">${escape(footnote)}</p>
</body>
</html>
`
}

/** A subject is a header: what breaks its line would begin another. */
const oneLine = (text: string) => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, 200)

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escape = (text: string) => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
