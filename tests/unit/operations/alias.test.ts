/** An alias that no longer meets an import does nothing at all, and nobody is told. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { unstable_readConfig } from 'wrangler'
import { WORKERS } from '../../../operations/bundle.ts'
import * as resources from '../../../shared/openai-resources.ts'

/** Who imports the aliased path, in these words. */
const IMPORTERS: Record<string, readonly string[]> = {
  '../locales/index.js': ['zod/v4/core/index.js', 'zod/v4/classic/external.js'],
  './compile.js': ['zod/v4/core/index.js'],
  './json-schema-generator.js': ['zod/v4/core/index.js'],
  './from-json-schema.js': ['zod/v4/classic/external.js'],
  './auth/workload-identity-auth.mjs': ['openai/client.mjs'],
  './internal/auth/x509-workload-identity-auth.mjs': ['openai/client.mjs'],
  '@better-auth/core/social-providers': [
    'better-auth/dist/context/create-context.mjs',
    'better-auth/dist/api/routes/sign-in.mjs',
  ],
  '@peculiar/asn1-android': [
    '@simplewebauthn/server/esm/registration/verifications/verifyAttestationAndroidKey.js',
  ],
  'reflect-metadata': ['@simplewebauthn/server/esm/helpers/validateCertificatePath.js'],
  '@peculiar/x509': [
    '@simplewebauthn/server/esm/helpers/isCertRevoked.js',
    '@simplewebauthn/server/esm/helpers/validateCertificatePath.js',
  ],
}

test.each(WORKERS)('what the $worker Worker replaces is imported in these words', async (rule) => {
  const { alias = {} } = unstable_readConfig({ config: rule.config }, { hideWarnings: true })
  expect(Object.keys(alias)).toContain('../locales/index.js')
  for (const path of Object.keys(alias)) {
    const importers = IMPORTERS[path] ?? openAiImporters(path)
    expect(importers).not.toEqual([])
    for (const importer of importers) {
      expect(await readFile(`node_modules/${importer}`, 'utf8')).toMatch(importOf(path))
    }
  }
})

/** The client imports each resource by itself, and all of them at once. */
function openAiImporters(path: string): string[] {
  if (path.startsWith('./resources/')) return ['openai/client.mjs']
  return path.startsWith('../../../lib/')
    ? ['openai/resources/chat/completions/completions.mjs']
    : []
}

test('of the resources of OpenAI’s client those that are called are there, and all are constructed', async () => {
  const source = await readFile('node_modules/openai/client.mjs', 'utf8')
  const constructed = [...source.matchAll(/new API\.(\w+)\(/g)].map(([, name = '']) => name)
  expect(constructed.length).toBeGreaterThan(20)
  expect(Object.keys(resources)).toEqual(expect.arrayContaining(constructed))
  const { Chat, Embeddings, Audio } = resources
  expect([Chat, Embeddings, Audio].map(({ name }) => name)).toEqual(['Chat', 'Embeddings', 'Audio'])
})

const importOf = (path: string) =>
  new RegExp(`(from|import) ["']${path.replaceAll('.', '\\.')}["']`)
