/** Which addresses of MCP servers may be called, and what their tools are named. */
import { expect, test } from 'vitest'
import { faultOf } from '../../../workers/mcp/address.ts'
import { qualified } from '../../../workers/mcp/naming.ts'

const HOSTS = 'mcp.example.com,*.partner.example,http://127.0.0.1:9000'

test.each([
  'https://mcp.example.com/mcp',
  'https://MCP.example.com:8443/mcp',
  'https://a.partner.example/',
  'https://a.b.partner.example/x?y=1',
  'http://127.0.0.1:9000/mcp',
])('%s may be called', (address) => {
  expect(faultOf(address, HOSTS)).toBeUndefined()
})

test.each([
  ['mcp.example.com', 'must be a URL'],
  ['http://mcp.example.com/mcp', 'must be https'],
  ['ftp://mcp.example.com/mcp', 'must be https'],
  ['https://user:pw@mcp.example.com/', 'must have no user'],
  ['https://other.example/', 'no host this deployment'],
  ['https://partner.example/', 'no host this deployment'],
  ['https://evilpartner.example/', 'no host this deployment'],
  ['https://mcp.example.com.evil.example/', 'no host this deployment'],
  ['http://127.0.0.1:9001/mcp', 'must be https'],
])('%s may not: it %s', (address, fault) => {
  expect(faultOf(address, HOSTS)).toContain(fault)
})

test.each([
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.0.0.1/',
  'https://017700000001/',
  'https://10.1.2.3/',
  'https://169.254.169.254/latest/meta-data',
  'https://[::1]/',
  'https://[fd00::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://localhost/',
  'https://localhost./',
  'https://db.localhost/',
  'https://printer.local/',
  'https://metadata.google.internal/',
  'https://intranet/',
])('%s is nobody’s, even where every host may be called', (address) => {
  expect(faultOf(address, '*')).toBe('must be the name of a public host')
})

test('without a list nothing may be called, and all public names by a star', () => {
  expect(faultOf('https://mcp.example.com/', '')).toContain('MCP_HOSTS')
  expect(faultOf('https://mcp.example.com/', '*')).toBeUndefined()
})

test('a tool is named by its server, in letters a model takes', () => {
  expect(qualified('crm', 'find.customer/v2')).toBe('crm__find_customer_v2')
  expect(qualified('crm', 'x'.repeat(100))).toHaveLength(64)
})
