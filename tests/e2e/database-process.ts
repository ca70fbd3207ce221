/**
 * The Neon stand-in over a directory, as a process of its own that a test can kill. Says one line
 * of JSON when it is ready. Usage: node database-process.ts DIRECTORY PASSWORD
 */
import { startNeon } from '../../local/neon/server.ts'
import { startPglite } from '../../local/postgres/pglite.ts'

const [dataDir = '', password = ''] = process.argv.slice(2)
const backend = startPglite({ dataDir })
const neon = await startNeon({ backend, users: { voiceassist: password }, tcpPort: false })
await backend
process.stdout.write(`${JSON.stringify({ httpUrl: neon.httpUrl, url: neon.url('voiceassist') })}\n`)
