import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Settings } from '../../../shared/settings.ts'
import { addressOf } from '../../../workers/limits/address.ts'
import { FLOOD, PLANS } from '../../../workers/limits/plans.ts'
import {
  describeRefusal,
  headersOf,
  isClosedWhenDown,
  type LimitName,
  parseRate,
  refusalOf,
  rulesOf,
  type Subjects,
} from '../../../workers/limits/policy.ts'
import { PlanName } from '../../../workers/limits/schemas.ts'
import { describeWait, SIGN_IN, WAITS } from '../../../workers/limits/sign-in.ts'

const SETTINGS = {
  RATE_PLAN: 'standard',
  ADMIN_RATE_LIMIT: '20/minute',
  TWILIO_RATE_LIMIT: '30/minute',
}
const ADA: Subjects = { tenant: 'acme', caller: 'ada' }

test.each([
  ['20/minute', 20, 60],
  ['1/second', 1, 1],
  ['500/hour', 500, 3600],
  ['9/day', 9, 86_400],
])('%s is a rate', (text, limit, windowSeconds) => {
  expect(parseRate(text)).toEqual({ limit, windowSeconds })
  expect(Settings.shape.ADMIN_RATE_LIMIT.safeParse(text).success).toBe(true)
})

test.each(['', '20', '0/minute', '-1/minute', '20/week', '20/minutes', 'x/minute', '2 /minute'])(
  '%j is none',
  (text) => {
    expect(() => parseRate(text)).toThrow('No rate')
    expect(Settings.shape.ADMIN_RATE_LIMIT.safeParse(text).success).toBe(false)
  },
)

test.each<[LimitName, Subjects, string[]]>([
  ['ask', ADA, ['acme:limit:ask:caller:ada 60/60', 'acme:limit:ask:tenant:acme 600/60']],
  ['upload', ADA, ['acme:limit:upload:caller:ada 600/60', 'acme:limit:upload:tenant:acme 1200/60']],
  ['key.create', ADA, ['acme:limit:key.create:caller:ada 20/60']],
  ['access.change', ADA, ['acme:limit:access.change:caller:ada 20/60']],
  ['stranger', { address: '1.2.3.4' }, ['limit:stranger:address:1.2.3.4 20/60']],
  ['account', { address: '1.2.3.4' }, ['limit:account:address:1.2.3.4 30/600']],
  ['telephony', { number: '+100' }, ['limit:telephony:number:+100 30/60']],
  ['stranger', {}, []],
])('%s of %j is counted under its own keys', (name, subjects, expected) => {
  const rules = rulesOf(name, SETTINGS, subjects)
  expect(
    rules.map(({ scope, id, limit, windowSeconds }) => `${scope}:${id} ${limit}/${windowSeconds}`),
  ).toEqual(expected)
})

test('the plan of the deployment decides', () => {
  const [caller] = rulesOf('ask', { ...SETTINGS, RATE_PLAN: 'large' }, ADA)
  expect(caller?.limit).toBe(PLANS.large.ask.caller.limit)
  expect(rulesOf('ask', { ...SETTINGS, RATE_PLAN: 'unmetered' }, ADA)).toEqual([])
  const plans = [...Object.keys(PLANS), 'unmetered']
  expect(Settings.shape.RATE_PLAN.options.toSorted()).toEqual(plans.toSorted())
  expect(PlanName.options.toSorted()).toEqual(plans.toSorted())
})

test('only what lets strangers in or makes credentials is refused while nobody can count', () => {
  const names: LimitName[] = ['ask', 'voice.start', 'upload', 'admin.write', 'key.create']
  const more: LimitName[] = ['access.change', 'stranger', 'account', 'telephony']
  expect([...names, ...more].filter(isClosedWhenDown)).toEqual([
    'key.create',
    'account',
    'telephony',
  ])
})

describe('headers', () => {
  const [caller, tenant] = rulesOf('ask', SETTINGS, ADA)
  const standings = [
    { rule: caller!, allowed: false, remaining: 0, resetSeconds: 12 },
    { rule: tenant!, allowed: true, remaining: 588, resetSeconds: 12 },
  ]

  test('name every rule, and in the older fields the one with least left', () => {
    expect(headersOf(standings)).toEqual({
      'ratelimit-policy': '"ask-caller";q=60;w=60, "ask-tenant";q=600;w=60',
      ratelimit: '"ask-caller";r=0;t=12, "ask-tenant";r=588;t=12',
      'ratelimit-limit': '60',
      'ratelimit-remaining': '0',
      'ratelimit-reset': '12',
    })
    expect(headersOf([])).toEqual({})
  })

  test('the refusal says how much is allowed and when to come back', () => {
    const refusal = refusalOf(standings)
    expect(refusal).toBe(standings[0])
    expect(describeRefusal(refusal!)).toBe(
      'At most 60 of these requests a minute; try again in 12 s.',
    )
    expect(refusalOf([standings[1]!])).toBeUndefined()
  })
})

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
])('%s counts as %s', (ip, expected) => {
  expect(addressOf(new Headers({ 'cf-connecting-ip': ip }))).toBe(expected)
})

test('no other header says where a request comes from', () => {
  const claims = { 'x-forwarded-for': '1.1.1.1', 'x-real-ip': '1.1.1.1', forwarded: 'for=1.1.1.1' }
  expect(addressOf(new Headers(claims))).toBeUndefined()
  expect(addressOf(new Headers({ ...claims, 'cf-connecting-ip': '2.2.2.2' }))).toBe('2.2.2.2')
})

test('waits of sign-in double, and end at a quarter of an hour', () => {
  expect(WAITS.slice(0, 4)).toEqual([2, 4, 8, 16])
  expect(WAITS.at(-1)).toBe(900)
  WAITS.reduce((before, wait) => {
    expect(wait).toBeGreaterThan(before)
    return wait
  })
  expect((24 * 3600) / WAITS.at(-1)!).toBeLessThanOrEqual(100)
  expect(describeWait(4, false)).not.toContain('turnstileToken')
  expect(describeWait(4, true)).toContain('turnstileToken')
})

test('docs/features/limits.md has the numbers of the catalogue', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/features/limits.md'), 'utf8')
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.replaceAll(/\s+/g, ' '))
  for (const [name, { caller, tenant }] of Object.entries(PLANS.standard)) {
    const large = PLANS.large[name as keyof typeof PLANS.large]
    const numbers = [caller, tenant, large.caller, large.tenant].map(({ limit }) => limit)
    expect(rows).toContainEqual(
      expect.stringMatching(`^\\| \`${name}\` .*\\| ${numbers.join(' \\| ')} \\|$`),
    )
  }
  expect(page).toContain(`${FLOOD.limit} requests in ${FLOOD.windowSeconds} s`)
  expect(page).toContain(`${SIGN_IN.free} attempts`)
  expect(page).toContain(`${WAITS[0]} s, ${WAITS[1]} s, ${WAITS[2]} s`)
})
