/** The flood limit with the platform's own counter, as wrangler.toml declares it. */
import { createExecutionContext, env } from 'cloudflare:test'
import { expect, test } from 'vitest'
import { createApp } from '../../workers/app.ts'
import { FLOOD } from '../../workers/limits/plans.ts'

const app = createApp()

test('one address gets its number of requests, another is let in', async () => {
  const knock = async (ip: string, path = '/api/nothing') => {
    const headers = { 'cf-connecting-ip': ip }
    return (await app.request(path, { headers }, env, createExecutionContext())).status
  }
  // Counts begin anew at whole windows of the clock: in one of two rows in turn none ends.
  const row = async () => {
    const statuses: number[] = []
    for (let n = 0; n < FLOOD.limit + 1; n++) statuses.push(await knock('203.0.113.1'))
    return statuses
  }
  const statuses = [...(await row()), ...(await row())]
  expect(statuses.slice(0, FLOOD.limit)).toEqual(Array.from({ length: FLOOD.limit }, () => 404))
  expect(statuses).toContain(429)
  expect(await knock('203.0.113.2')).toBe(404)
  expect(await knock('203.0.113.1', '/health')).toBe(200)
})
