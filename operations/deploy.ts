/**
 * `npm run deploy -- --env staging|production [--dry-run]`: assets, bundles and their limits,
 * migrations, then the Workers, who is called before who calls. Stops at the first failure. With
 * --dry-run it needs no account and changes nothing.
 */
import { parseArgs } from 'node:util'
import { buildAssets } from './build.ts'
import { buildWorker, faultsOf, kibOf, WORKERS } from './bundle.ts'
import { type Environment, type Target, targetFromEnvironment } from './database/connection.ts'
import { migrateUp } from './database/migrate.ts'
import { runWrangler } from './wrangler.ts'

export interface DeployOptions {
  environment: 'staging' | 'production'
  dryRun: boolean
}

/** @throws Error that says how to call it */
export function parseDeployArgs(args: string[]): DeployOptions {
  const { values } = parseArgs({
    args,
    options: { env: { type: 'string' }, 'dry-run': { type: 'boolean', default: false } },
  })
  const { env: environment, 'dry-run': dryRun } = values
  if (environment === 'staging' || environment === 'production') return { environment, dryRun }
  throw new Error('Say where to: npm run deploy -- --env staging (or production).')
}

/**
 * Everything a deployment needs from outside, asked for before anything is changed.
 *
 * @param whoami What `wrangler whoami` prints, for those who logged in with a browser.
 * @throws Error naming all that is missing, and how to come by it
 */
export async function checkPrerequisites(
  env: Environment,
  whoami: () => Promise<string>,
): Promise<Target> {
  const missing: string[] = []
  if (!env['MIGRATION_DATABASE_URL']) {
    missing.push('MIGRATION_DATABASE_URL: the connection string of the database owner')
  }
  if (!env['CLOUDFLARE_API_TOKEN'] && !/associated with the email/i.test(await whoami())) {
    missing.push(
      'CLOUDFLARE_API_TOKEN (and CLOUDFLARE_ACCOUNT_ID when the token sees several accounts), or ' +
        'a browser login by `npx wrangler login`',
    )
  }
  if (missing.length === 0) return targetFromEnvironment(env)
  const list = missing.map((line) => `  - ${line}`).join('\n')
  throw new Error(`Nothing was changed. A deployment needs:\n${list}\nOr try --dry-run.`)
}

/** @throws Error with every limit that is broken */
async function checkBundles(environment: string): Promise<void> {
  const faults: string[] = []
  for (const rule of WORKERS) {
    const bundle = await buildWorker(rule.config, environment)
    const limit = rule.maxGzip ? ` of ${kibOf(rule.maxGzip)}` : ''
    const raw = String(kibOf(bundle.bytes)).padStart(6)
    const gzip = String(kibOf(bundle.gzip)).padStart(5)
    console.log(`${rule.worker.padEnd(9)}${raw} KiB  ${gzip}${limit} KiB gzipped`)
    faults.push(...faultsOf(rule, bundle))
  }
  if (faults.length > 0) throw new Error(faults.join('\n'))
}

async function deployWorkers(environment: string): Promise<void> {
  for (const { worker, config } of WORKERS) {
    console.log(`\nDeploying ${worker} to ${environment}`)
    const { ok } = await runWrangler(['deploy', '-c', config, `--env=${environment}`], {
      show: true,
    })
    if (!ok) throw new Error(`${worker} was not deployed; what was deployed before it stays.`)
  }
}

async function deploy({ environment, dryRun }: DeployOptions): Promise<void> {
  const whoami = async () => (await runWrangler(['whoami'])).output
  const target = dryRun ? undefined : await checkPrerequisites(process.env, whoami)
  await buildAssets()
  await checkBundles(environment)
  if (!target) return console.log('Dry run: nothing was deployed.')
  for (const name of await migrateUp(target)) console.log(`applied ${name}`)
  await deployWorkers(environment)
}

if (import.meta.main) {
  try {
    await deploy(parseDeployArgs(process.argv.slice(2)))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
