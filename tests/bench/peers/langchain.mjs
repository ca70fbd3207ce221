/** LangChain.js as its guide has it: recursive splitter, vectors in memory, cosine. */
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import { Document } from '@langchain/core/documents'
import { Embeddings } from '@langchain/core/embeddings'
import { RecursiveCharacterTextSplitter } from '@langchain/textsplitters'
import { answer, CHUNKS, embed, work } from './io.mjs'

class Endpoint extends Embeddings {
  embedDocuments(texts) {
    return embed(texts)
  }

  async embedQuery(text) {
    const [vector] = await embed([text])
    return vector
  }
}

const splitter = new RecursiveCharacterTextSplitter({ chunkSize: 1000, chunkOverlap: 200 })
const chunks = await splitter.splitDocuments(
  work.documents.map(
    ({ id, title, text }) => new Document({ pageContent: `${title}\n${text}`, metadata: { id } }),
  ),
)
const store = await MemoryVectorStore.fromDocuments(chunks, new Endpoint({}))

await answer('LangChain.js 1.0', async (question) => {
  const found = await store.similaritySearch(question, CHUNKS)
  return found.map(({ metadata }) => metadata.id)
})
