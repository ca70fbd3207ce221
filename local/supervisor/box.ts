/** What the terminal shows of a running stack. Pure. */
import type { RunningStack } from './running.ts'
import type { Progress } from './seed.ts'

type Shown = Omit<RunningStack, 'workersPid' | 'inspectorPort'>

const QUESTION = 'How do I roll back a deployment?'

/**
 * The box of `npm start`. Rules above and below only: lines can be copied whole.
 *
 * @param columns width of the terminal
 */
export function renderBox(stack: Shown, columns: number): string {
  const rule = '─'.repeat(Math.max(20, Math.min(columns, 78)))
  const row = (label: string, value: string) => `  ${label.padEnd(10)}${value}`
  const lines = [
    rule,
    row('Console', `${stack.url}/console/`),
    row('Sign in', `${stack.owner.email}  password  ${stack.owner.password}`),
    row('API', `${stack.url}/docs`),
    row('Realtime', `${stack.tlsUrl.replace('https:', 'wss:')}/v1/realtime`),
    row('', `trust it with NODE_EXTRA_CA_CERTS=${stack.certificatePath}`),
    row('Models', stack.models),
    row('Mail', `${stack.outbox}/*.txt`),
    '',
    '  Ask from the shell:',
    ...curlLines(stack),
    '',
    '  Look into the database:',
    `psql '${stack.databaseUrl}'`,
    rule,
  ]
  return lines.join('\n')
}

function curlLines({ url, owner }: Shown): string[] {
  const json = `-H 'content-type: application/json'`
  const signIn = `curl -s ${url}/api/auth/sign-in/email ${json} -d '${JSON.stringify(owner)}'`
  const pick = String.raw`sed 's/.*"accessToken":"\([^"]*\)".*/\1/'`
  const bearer = `-H "authorization: Bearer $(${signIn} | ${pick})"`
  const accept = `-H 'accept: text/event-stream'`
  const body = JSON.stringify({ question: QUESTION })
  return [`curl -N ${url}/api/ask ${bearer} ${accept} ${json} -d '${body}'`]
}

/** One line on the indexing of the guides. */
export function renderProgress({ ready, failed, total }: Progress): string {
  const failures = failed > 0 ? `, ${failed} failed (see Knowledge in the console)` : ''
  return `Guides in the knowledge base: ${ready} of ${total} ready${failures}`
}
