import { expect, test } from 'vitest'
import { SnapshotError } from '../../../workers/flags/engine/limits.ts'
import { decryptPayload } from '../../../workers/flags/payload-service.ts'

const KEY = 'Zvwv/+uhpFDznZ6SX28Yjg=='
const OTHER_KEY = 'UQD0Qqw7fM1bhfKKPH8TGw=='

async function sealed(text: string) {
  const bytes = Uint8Array.from(atob(KEY), (char) => char.charCodeAt(0))
  const key = await crypto.subtle.importKey('raw', bytes, 'AES-CBC', false, ['encrypt'])
  const iv = crypto.getRandomValues(new Uint8Array(16))
  const secret = await crypto.subtle.encrypt({ name: 'AES-CBC', iv }, key, Buffer.from(text))
  return `${Buffer.from(iv).toString('base64')}.${Buffer.from(secret).toString('base64')}`
}

test('encrypted parts are opened, and others left as they are', async () => {
  const features = { flag: { defaultValue: 'Привет' } }
  const payload = {
    savedGroups: { list: ['a'] },
    encryptedFeatures: await sealed(JSON.stringify(features)),
    encryptedContextualBandits: await sealed('{}'),
  }
  expect(await decryptPayload(payload, KEY)).toMatchObject({
    features,
    savedGroups: { list: ['a'] },
    contextualBandits: {},
  })
})

test('a part that does not open is no empty one', async () => {
  const encryptedFeatures = await sealed('{}')
  const [iv, secret] = encryptedFeatures.split('.')
  for (const [payload, key] of [
    [{ encryptedFeatures }, OTHER_KEY],
    [{ encryptedFeatures }, ''],
    [{ encryptedFeatures: `${iv}.${secret?.slice(8)}` }, KEY],
    [{ encryptedFeatures: 'nonsense' }, KEY],
    [{ encryptedFeatures: await sealed('{"half":') }, KEY],
  ] as const) {
    const opened = decryptPayload(payload, key)
    await expect(opened).rejects.toThrow(SnapshotError)
    await expect(opened).rejects.toThrow(/^encryptedFeatures does not open/)
  }
})
