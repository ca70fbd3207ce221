/** Where things are: in the repository, and in the state folder (`.local/`) of a stack. Pure. */
import { join } from 'node:path'

/** The repository. */
export const ROOT = join(import.meta.dirname, '../../')

/** The state folder of `npm start`. */
export const STATE = join(ROOT, '.local')

/** Everything a stack keeps between two starts. */
export function pathsOf(directory: string) {
  return {
    /** What runs now; gone after a clean stop. */
    stack: join(directory, 'stack.json'),
    secrets: join(directory, 'secrets.json'),
    seeded: join(directory, 'seeded.json'),
    environment: join(directory, 'env'),
    postgres: join(directory, 'postgres'),
    /** Files, queues and Durable Objects of the Workers. */
    wrangler: join(directory, 'wrangler'),
    registry: join(directory, 'registry'),
    /** Mails, as text files. */
    outbox: join(directory, 'outbox'),
    log: join(directory, 'log', 'workers.log'),
    certificate: join(directory, 'certificate.pem'),
    key: join(directory, 'key.pem'),
  }
}
