/**
 * `npm run platform -- list | grant ADDRESS | revoke ADDRESS`: who runs the platform. Works on the
 * database named by MIGRATION_DATABASE_URL, as its owner.
 */
import { connect, targetFromEnvironment } from './database/connection.ts'
import { listPlatform, setPlatform } from './database/platform.ts'

const [command, address] = process.argv.slice(2)
const sql = connect(targetFromEnvironment(process.env))

if ((command === 'grant' || command === 'revoke') && address) {
  await setPlatform(sql, address, command === 'grant')
} else if (command !== 'list') {
  throw new Error('Use: npm run platform -- list | grant ADDRESS | revoke ADDRESS')
}
for (const email of await listPlatform(sql)) console.log(email)
