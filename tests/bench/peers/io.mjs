/** What every peer shares: the work it is given, vectors from the same endpoint, and its answers. */
import { readFile, writeFile } from 'node:fs/promises'

const [, , workFile, answerFile] = process.argv

/** Documents, questions, and where vectors come from. */
export const work = JSON.parse(await readFile(workFile, 'utf8'))

const BATCH = 100

/** One vector per text, in order. */
export async function embed(texts) {
  const { url, key, model } = work.embeddings
  const vectors = []
  for (let from = 0; from < texts.length; from += BATCH) {
    const response = await fetch(`${url}/embeddings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, input: texts.slice(from, from + BATCH) }),
    })
    if (!response.ok) throw new Error(`embeddings: ${response.status} ${await response.text()}`)
    const { data } = await response.json()
    vectors.push(...data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding))
  }
  return vectors
}

/** Asks every question, one after another. @param search Documents of chunks, best first */
export async function answer(name, search) {
  const results = {}
  for (const { id, text } of work.queries) {
    const began = performance.now()
    const documents = await search(text)
    results[id] = { documents, ms: performance.now() - began }
  }
  await writeFile(answerFile, JSON.stringify({ name, results }))
}

/** Chunks asked for: enough for ten documents. */
export const CHUNKS = 50
