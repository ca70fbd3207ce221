/** The app behind a real socket, and the clients of others that speak to it unchanged. */
import { createOpenAI } from '@ai-sdk/openai'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import OpenAI from 'openai'
import { startApp, type TestApp, type Who } from '../http/harness.ts'
import { serveLoopback } from './loopback.ts'

export async function startSurface() {
  const app = await startApp()
  const server = await serveLoopback((path, init) => app.request(path, init))
  const baseURL = `${server.url}/v1`
  return {
    ...app,
    baseURL,
    openai: async (who?: Who) =>
      new OpenAI({ apiKey: await app.token(who), baseURL, maxRetries: 0 }),
    aiSdk: async (who?: Who) => createOpenAI({ apiKey: await app.token(who), baseURL }),
    langChain: async (who?: Who, options = {}) =>
      new ChatOpenAI({
        model: 'va-rag:default',
        apiKey: await app.token(who),
        configuration: { baseURL },
        maxRetries: 0,
        ...options,
      }),
    langChainEmbeddings: async (who?: Who) =>
      new OpenAIEmbeddings({
        model: 'va-lexical-1',
        apiKey: await app.token(who),
        configuration: { baseURL },
        maxRetries: 0,
      }),
    close: async () => void (await Promise.all([app.close(), server.close()])),
  }
}

export type Surface = Awaited<ReturnType<typeof startSurface>> & TestApp
