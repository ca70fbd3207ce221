/** LlamaIndex TS as its guide has it: default splitter, vector index in memory. */
import { BaseEmbedding } from '@llamaindex/core/embeddings'
import { Document, Settings, VectorStoreIndex } from 'llamaindex'
import { answer, CHUNKS, embed, work } from './io.mjs'

class Endpoint extends BaseEmbedding {
  getTextEmbeddings = (texts) => embed(texts)

  async getTextEmbedding(text) {
    const [vector] = await embed([text])
    return vector
  }
}

Settings.embedModel = new Endpoint()
const documents = work.documents.map(
  ({ id, title, text }) => new Document({ id_: id, text: `${title}\n${text}` }),
)
const index = await VectorStoreIndex.fromDocuments(documents)
const retriever = index.asRetriever({ similarityTopK: CHUNKS })

await answer('LlamaIndex TS 0.12', async (question) => {
  const found = await retriever.retrieve({ query: question })
  return found.map(({ node }) => node.sourceNode?.nodeId)
})
