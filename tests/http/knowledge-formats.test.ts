import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Document, DocumentText } from '../../workers/knowledge/schemas.ts'
import { startApp, type TestApp } from './harness.ts'
import { ask, DOCUMENTS, learn } from './knowledge-harness.ts'
import { makeDocx, makeEpub, makePptx, makeXlsx, shape, word } from './office-files.ts'

let app: TestApp
beforeAll(async () => void (app = await startApp()))
afterEach(() => app.settle())
afterAll(() => app?.close())

const cell = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`

test.each([
  ['lemur.docx', makeDocx(word('Lemurs sunbathe every morning.')), 'What do lemurs do?', 1],
  [
    'heron.pptx',
    makePptx([shape('title', 'Birds'), shape('body', 'Herons fish at dusk.')]),
    'When do herons fish?',
    2,
  ],
  [
    'yak.xlsx',
    makeXlsx(`<row>${cell('Animal')}</row><row>${cell('Yaks graze on tundra.')}</row>`),
    'Where do yaks graze?',
    1,
  ],
  [
    'otter.epub',
    makeEpub(['<p>Preface.</p>', '<p>Otters juggle pebbles.</p>']),
    'What do otters juggle?',
    2,
  ],
  ['zebra.html', '<h1>Zebras</h1><p>Zebras sleep standing.</p>', 'How do zebras sleep?', 1],
  ['gecko.csv', 'animal,habit\ngecko,licks its eyes\n', 'What does the gecko lick?', 1],
  ['koala.json', '{"koala":{"diet":"eucalyptus leaves"}}', 'What diet has the koala?', 1],
])('%s goes from upload to a cited answer', async (name, content, question, page) => {
  const id = await learn(app, name, content)
  const document = await (await app.send('GET', `${DOCUMENTS}/${id}`)).json<Document>()
  expect(document).toMatchObject({ status: 'ready', error: null })
  const [citation] = (await ask(app, question)).citations
  expect(citation).toMatchObject({ documentId: id, page })
  const kept = await (await app.send('GET', `${DOCUMENTS}/${id}/text`)).json<DocumentText>()
  expect(kept.text.slice(citation?.start, citation?.end)).toBe(citation?.quote)
})
