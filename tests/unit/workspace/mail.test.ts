import { expect, test } from 'vitest'
import { renderMail } from '../../../workers/workspace/mail.ts'
import { LOCALES, MailMessage, MAILS, type Template } from '../../../workers/workspace/schemas.ts'

const URL_OF = 'https://voice.example/console/reset-password#token=a"b&c'
const HOSTILE = '<img src=x onerror=alert(1)>\r\nBcc: eve@example.com'

/** Every field of every template, so that a new one cannot be forgotten. */
const DATA: Record<string, unknown> = {
  url: URL_OF,
  name: HOSTILE,
  organization: HOSTILE,
  inviter: HOSTILE,
  change: 'password',
  tenant: HOSTILE,
  fault: HOSTILE,
  provider: HOSTILE,
  at: '2026-11-20T12:34:56.000Z',
  limit: 'daily',
  percent: 75,
  spent: 15_500_000,
  of: 20_000_000,
  usual: 0,
}

const messageOf = (template: Template, locale: string) =>
  MailMessage.parse({
    id: 'm1',
    to: 'ada@example.com',
    requestId: 'r1',
    traceparent: '00-0-0-01',
    template,
    locale,
    data: Object.fromEntries(
      Object.keys(MAILS[template].shape).map((field) => [field, DATA[field]]),
    ),
  })

const templates = Object.keys(MAILS) as Template[]
const cases = templates.flatMap((template) => LOCALES.map((locale) => [template, locale] as const))

test.each(cases)('%s in %s holds its link, and no markup of others', (template, locale) => {
  const { subject, text, html } = renderMail(messageOf(template, locale))
  expect(subject).toMatch(/^[^\r\n]{5,200}$/)
  expect(text).toContain(URL_OF)
  expect(html).toContain('#token=a&quot;b&amp;c"')
  expect(html).toContain(`<html lang="${locale}">`)
  expect(html).not.toContain('<img')
  expect([subject, text, html].join()).not.toContain('undefined')
})

test('a language speaks for itself', () => {
  const words = (locale: string) => renderMail(messageOf('reset-password', locale)).text
  expect(words('en')).toContain('The link works once, within an hour.')
  expect(words('ru')).toMatch(/Ссылка действует один раз/)
})

test.each([
  [
    'en',
    'daily',
    '75 % of the daily budget of Acme is spent',
    '$15.50 of the daily budget of $20.00',
  ],
  ['ru', 'monthly', 'Потрачено 75 % месячного бюджета Acme', 'Из месячного бюджета 20,00\u00A0$'],
])('in %s a mail about the %s budget says how much of how much', (locale, limit, subject, text) => {
  const message = messageOf('budget-alert', locale)
  const data = { ...message.data, organization: 'Acme', limit }
  const mail = renderMail(MailMessage.parse({ ...message, data }))
  expect(mail.subject).toBe(subject)
  expect(mail.text).toContain(text)
})

test('a message that lacks what its template needs is none', () => {
  const { data, ...rest } = messageOf('invitation', 'en')
  expect(MailMessage.safeParse({ ...rest, data: { url: data.url } }).success).toBe(false)
  expect(MailMessage.safeParse({ ...rest, data, template: 'newsletter' }).success).toBe(false)
})
