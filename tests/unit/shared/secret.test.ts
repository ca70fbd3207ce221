import { expect, test, vi } from 'vitest'
import { findSecret, secret } from '../../../shared/secret.ts'

const NOON = Date.parse('2026-11-20T12:00:00Z')
const at = (minutes: number) => new Date(NOON + minutes * 60_000)

test('a Worker secret is its string, with earlier values one per line', async () => {
  const env = { NAME: 'now', NAME_PREVIOUS: 'before\nlong before\n' }
  expect(await secret(env, 'NAME')).toEqual({ current: 'now', previous: ['before', 'long before'] })
  expect(await secret({ NAME: 'now' }, 'NAME')).toEqual({ current: 'now', previous: [] })
})

test.each([{}, { NAME: '' }, { NAME: undefined }, { NAME: 7 }, { NAME_PREVIOUS: 'before' }])(
  '%j is no secret',
  async (env) => {
    expect(await findSecret(env, 'NAME')).toBeUndefined()
    await expect(secret(env, 'NAME')).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('NAME'),
    })
  },
)

test('a binding is asked at most every five minutes, by many at once only once', async () => {
  const get = vi.fn<() => Promise<string>>(async () => 'stored')
  const env = { NAME: { get }, NAME_PREVIOUS: { get: async () => 'before' } }
  const both = await Promise.all([secret(env, 'NAME', at(0)), secret(env, 'NAME', at(4.9))])
  expect(both).toEqual([
    { current: 'stored', previous: ['before'] },
    { current: 'stored', previous: ['before'] },
  ])
  expect(get).toHaveBeenCalledTimes(1)
  get.mockResolvedValue('rotated')
  expect((await secret(env, 'NAME', at(5))).current).toBe('rotated')
  expect(get).toHaveBeenCalledTimes(2)
})

test('a value once read outlives the store; one never read is a failure, and tried again', async () => {
  const get = vi.fn<() => Promise<string>>()
  const env = { NAME: { get } }
  get.mockRejectedValueOnce(new Error('no store'))
  await expect(secret(env, 'NAME', at(0))).rejects.toMatchObject({ code: 'dependency_down' })
  get.mockResolvedValueOnce('stored')
  expect((await secret(env, 'NAME', at(0))).current).toBe('stored')
  get.mockRejectedValueOnce(new Error('no store'))
  expect((await secret(env, 'NAME', at(6))).current).toBe('stored')
})
