/** Each feature's routes, under one app; and what their contexts are made of. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { type AppEnv } from '../shared/http.ts'
import { assistantAdminRoutes } from './assistant/assistant-routes.ts'
import { conversationRoutes } from './assistant/conversation-routes.ts'
import { assistantRoutes } from './assistant/routes.ts'
import type { AssistantContext } from './assistant/service.ts'
import type { LogContext } from './audit/log-service.ts'
import { auditRoutes } from './audit/routes.ts'
import { edgeTracer } from './edge-context.ts'
import { evalFeedbackRoutes } from './evals/feedback-routes.ts'
import { publishRoutes } from './evals/publish-routes.ts'
import { evalRoutes } from './evals/routes.ts'
import { evalRunRoutes } from './evals/run-routes.ts'
import { evalTransferRoutes } from './evals/transfer-routes.ts'
import { experimentResultRoutes } from './experiments/result-routes.ts'
import { trackRoutes } from './experiments/routes.ts'
import type { TrackContext } from './experiments/service.ts'
import { unitRoutes } from './experiments/unit-routes.ts'
import { flagAnalyticsRoutes } from './flags/analytics-routes.ts'
import { audienceRoutes } from './flags/audience-routes.ts'
import type { EvaluationContext } from './flags/evaluation-service.ts'
import { explainRoutes } from './flags/explain-routes.ts'
import { exposureRoutes } from './flags/exposure-routes.ts'
import { growthbookRoutes } from './flags/growthbook-routes.ts'
import { historyRoutes } from './flags/history-routes.ts'
import { importRoutes } from './flags/import-routes.ts'
import { flagLifecycleRoutes } from './flags/lifecycle-routes.ts'
import { ofrepRoutes } from './flags/ofrep-routes.ts'
import { proposalRoutes } from './flags/proposal-routes.ts'
import { flagRoutes } from './flags/routes.ts'
import { scheduleRoutes } from './flags/schedule-routes.ts'
import { type FlagContext, requireEnvironment } from './flags/service.ts'
import { createApiKeyRoutes } from './identity/api-key-routes.ts'
import { invitationRoutes } from './identity/invitation-routes.ts'
import { memberRoutes } from './identity/member-routes.ts'
import { createOAuthClientRoutes } from './identity/oauth-client-routes.ts'
import { oauthRoutes } from './identity/oauth-routes.ts'
import { platformRoutes } from './identity/platform-routes.ts'
import { roleRoutes } from './identity/role-routes.ts'
import { createIdentityRoutes } from './identity/routes.ts'
import { tenantRoutes } from './identity/tenant-routes.ts'
import { baseRoutes } from './knowledge/base-routes.ts'
import { chunkRoutes } from './knowledge/chunk-routes.ts'
import type { DocumentContext } from './knowledge/document-service.ts'
import { feedbackRoutes } from './knowledge/feedback-routes.ts'
import { lifecycleRoutes } from './knowledge/lifecycle-routes.ts'
import { knowledgeRoutes } from './knowledge/routes.ts'
import { searchRoutes } from './knowledge/search-routes.ts'
import type { KnowledgeContext } from './knowledge/service.ts'
import { uploadRoutes } from './knowledge/upload-routes.ts'
import {
  beginSignIn,
  type LimitContext,
  meter,
  meterAddress,
  refuseReports,
} from './limits/service.ts'
import { mcpRoutes } from './mcp/routes.ts'
import { mcpServerRoutes } from './mcp/server-routes.ts'
import type { McpContext, ServerContext } from './mcp/service.ts'
import { openAiFileRoutes } from './openai-api/file-routes.ts'
import { openAiRoutes } from './openai-api/routes.ts'
import type { ApiContext } from './openai-api/service.ts'
import { vectorStoreRoutes } from './openai-api/store-routes.ts'
import { type OpsContext, opsRoutes } from './ops/routes.ts'
import { createRumRoutes } from './ops/rum-routes.ts'
import { providerKeyRoutes } from './provider-keys/routes.ts'
import type { KeyContext } from './provider-keys/service.ts'
import { reservationRoutes } from './reservations/routes.ts'
import type { ReservationContext } from './reservations/service.ts'
import { teamRoutes } from './teams/routes.ts'
import type { TeamContext } from './teams/service.ts'
import { traceRoutes } from './traces/routes.ts'
import type { TraceContext } from './traces/service.ts'
import type { BudgetContext } from './usage/budget-client.ts'
import type { ExportContext } from './usage/export-service.ts'
import { usageRoutes } from './usage/routes.ts'
import { voiceHistoryRoutes } from './voice/history-routes.ts'
import type { HistoryContext } from './voice/history-service.ts'
import { voiceRoutes } from './voice/routes.ts'
import type { VoiceContext } from './voice/service.ts'

/** Every mounted feature's context; so the compiler holds `edgeContext` to all they name. */
type Needs = OpsContext &
  LogContext &
  FlagContext &
  EvaluationContext &
  TrackContext &
  DocumentContext &
  KnowledgeContext &
  ApiContext &
  AssistantContext &
  VoiceContext &
  HistoryContext &
  LimitContext &
  KeyContext &
  TeamContext &
  ReservationContext &
  McpContext &
  ServerContext &
  TraceContext &
  BudgetContext &
  ExportContext

export interface EdgeApp extends AppEnv<Needs> {
  Bindings: EdgeEnv
}

/** @param app Its middleware is there already: routes come after it */
export function mountFeatures(app: OpenAPIHono<EdgeApp>): void {
  app.route('/', opsRoutes)
  app.route('/', traceRoutes)
  app.route(
    '/',
    createRumRoutes(refuseReports, () => app.routes.map(({ path }) => path), edgeTracer.record),
  )
  app.route('/', flagRoutes)
  app.route('/', audienceRoutes)
  app.route('/', historyRoutes)
  app.route('/', explainRoutes)
  app.route('/', importRoutes)
  app.route('/', scheduleRoutes)
  app.route('/', experimentResultRoutes)
  app.route('/', unitRoutes)
  app.route('/', flagLifecycleRoutes)
  app.route('/', flagAnalyticsRoutes)
  app.route('/', exposureRoutes)
  app.route('/', trackRoutes)
  app.route('/', proposalRoutes)
  app.route('/', ofrepRoutes)
  app.route('/', growthbookRoutes)
  app.route('/', knowledgeRoutes)
  app.route('/', baseRoutes)
  app.route('/', chunkRoutes)
  app.route('/', searchRoutes)
  app.route('/', lifecycleRoutes)
  app.route('/', feedbackRoutes)
  app.route('/', uploadRoutes)
  app.route('/', openAiRoutes)
  app.route('/', evalRoutes)
  app.route('/', evalTransferRoutes)
  app.route('/', evalFeedbackRoutes)
  app.route('/', evalRunRoutes)
  app.route('/', publishRoutes)
  app.route('/', openAiFileRoutes)
  app.route('/', vectorStoreRoutes)
  app.route('/', assistantRoutes)
  app.route('/', mcpRoutes)
  app.route('/', mcpServerRoutes)
  app.route('/', assistantAdminRoutes)
  app.route('/', conversationRoutes)
  app.route('/', createIdentityRoutes(beginSignIn, meterAddress))
  app.route('/', createApiKeyRoutes<LimitContext & FlagContext>(meter, requireEnvironment))
  app.route('/', createOAuthClientRoutes(meter))
  app.route('/', oauthRoutes)
  app.route('/', memberRoutes)
  app.route('/', invitationRoutes)
  app.route('/', tenantRoutes)
  app.route('/', roleRoutes)
  app.route('/', platformRoutes)
  app.route('/', auditRoutes)
  app.route('/', teamRoutes)
  app.route('/', reservationRoutes)
  app.route('/', voiceRoutes)
  app.route('/', voiceHistoryRoutes)
  app.route('/', providerKeyRoutes)
  app.route('/', usageRoutes)
}
