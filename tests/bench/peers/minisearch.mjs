/** MiniSearch as its guide has it: full text in memory, BM25+, title and text. */
import MiniSearch from 'minisearch'
import { answer, CHUNKS, work } from './io.mjs'

const index = new MiniSearch({ fields: ['title', 'text'] })
index.addAll(work.documents)

await answer('MiniSearch 7.2', async (question) =>
  index
    .search(question)
    .slice(0, CHUNKS)
    .map(({ id }) => id),
)
