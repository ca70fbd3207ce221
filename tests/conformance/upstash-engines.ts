/** The Redis servers the Upstash conformance suites run over. */
import { env, stderr } from 'node:process'

const real = env['TEST_REDIS_URL']
if (!real) stderr.write('Upstash over a real Redis: not run, TEST_REDIS_URL is not set\n')

export const engines = [
  { name: 'js-redis-server', redisUrl: undefined },
  ...(real ? [{ name: 'a real Redis', redisUrl: real }] : []),
]
