/** docs/api/problems.md, generated from the one catalogue of failures. */
import { PROBLEMS } from '../shared/errors.ts'

export function renderProblems(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title }]) => `| <a id="${code}"></a>\`${code}\` | ${status} | ${title} |`,
  )
  return [
    '# Problems',
    '',
    'Generated from `shared/errors.ts` by `npm run fix`. A failed request ends in the form its path speaks: problem+json',
    '(RFC 9457) under `/api`, an OFREP error under `/ofrep`, an OpenAI error object under `/v1`, TwiML under `/twilio`. Under',
    '`/ofrep` and `/v1`, `invalid_fields` is a 400, because those protocols know no 422. Every answer carries `x-request-id`.',
    '',
    '| Code | Status | Meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
