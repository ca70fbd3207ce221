import { expect, test } from 'vitest'
import { networkOf } from '../../../workers/audit/address.ts'

test.each([
  ['203.0.113.7', '203.0.113.0/24'],
  ['::ffff:203.0.113.7', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001::7', '2001:db8:1:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::', 'fe80:0:0:0::/64'],
  ['', undefined],
  ['localhost', undefined],
  ['1:2:3', undefined],
  ['1::2::3', undefined],
  ['2001:db8:1:2:3:4:5:6:7', undefined],
])('the network of %j is %j', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
