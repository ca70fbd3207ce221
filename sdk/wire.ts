export interface Session {
  user: { id: string; email: string; name: string }
  tenant: { id: string; name: string }
  role: 'owner' | 'admin' | 'editor' | 'user' | 'viewer'
  permissions: string[]
  accessToken: string
  expiresAt: string
}
export interface Flag {
  name: string
  description: string
  type: 'boolean'
  enabled: boolean
  defaultValue: boolean
  createdAt: string
  updatedAt: string
}
export type DocumentStatus =
  | 'queued'
  | 'parsing'
  | 'embedding'
  | 'ready'
  | 'failed'
  | 'needs_ocr'
  | 'cancelled'
export interface Document {
  id: string
  title: string
  mediaType: string
  bytes: number
  status: DocumentStatus
  pages: number | null
  chunks: number | null
  percent: number
  stage: string | null
  error: { code: string; message: string } | null
  createdAt: string
  updatedAt: string
}
export interface Job {
  id: string
  documentId: string
  status: DocumentStatus
  stage: string | null
  percent: number
  error: { code: string; message: string } | null
  attempts: number
  createdAt: string
  updatedAt: string
}
export interface DocumentText {
  documentId: string
  title: string
  text: string
  pages: { page: number; start: number; end: number }[]
}
export interface Citation {
  number: number
  documentId: string
  title: string
  page: number | null
  start: number
  end: number
  quote: string
}
export interface Answer {
  answerId: string
  abstained: boolean
  text: string
  citations: Citation[]
  usage: { inputTokens: number; outputTokens: number }
  timings: Record<string, number>
}
export interface AskRequest {
  question: string
  history?: { role: 'user' | 'assistant'; content: string }[]
}
