/** A Prometheus of Debian's package `prometheus`, which scrapes one target each second. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { findPort } from '../../local/supervisor/ports.ts'

const PROGRAM = process.env['PROMETHEUS'] ?? 'prometheus'

export const hasPrometheus = spawnSync(PROGRAM, ['--version']).status === 0

export interface Prometheus {
  /** The value of a query that has one; undefined while it has none. */
  query: (text: string) => Promise<number | undefined>
  /** What went wrong at the last scrape; empty for nothing. */
  lastError: () => Promise<string>
  stop: () => Promise<void>
}

/** @param directory An empty one, for its configuration and data */
export async function startPrometheus(target: string, directory: string): Promise<Prometheus> {
  const config = join(directory, 'prometheus.yml')
  await writeFile(config, configFor(new URL(target).host))
  const port = await findPort(0)
  const child = spawn(
    PROGRAM,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'ignore' },
  )
  const api = `http://127.0.0.1:${port}`
  await becomeReady(child, api)
  return {
    async query(text) {
      const { data } = await read(`${api}/api/v1/query?query=${encodeURIComponent(text)}`)
      const value: unknown = Object(data).result?.[0]?.value?.[1]
      return value === undefined ? undefined : Number(value)
    },
    async lastError() {
      const { data } = await read(`${api}/api/v1/targets`)
      return String(Object(data).activeTargets?.[0]?.lastError)
    },
    async stop() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

const configFor = (host: string) => `global:
  scrape_interval: 1s
scrape_configs:
  - job_name: voiceassist
    static_configs:
      - targets: ['${host}']
`

async function becomeReady(child: ChildProcess, api: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}.`)
    const response = await fetch(`${api}/-/ready`).catch(() => undefined)
    if (response?.ok) return
    await setTimeout(100)
  }
  child.kill('SIGKILL')
  throw new Error('Prometheus did not become ready.')
}

async function read(url: string): Promise<{ data?: unknown }> {
  const body: unknown = await (await fetch(url)).json()
  return Object(body)
}
