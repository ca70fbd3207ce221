import { expect, test } from 'vitest'
import packageJson from '../../../package.json' with { type: 'json' }
import { NAME, VERSION } from '../../../shared/release.ts'

test('the Workers say of themselves what package.json says', () => {
  expect({ name: NAME, version: VERSION }).toEqual({
    name: packageJson.name,
    version: packageJson.version,
  })
})
