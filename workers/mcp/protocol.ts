/**
 * What both sides of the Model Context Protocol know of it here: https://modelcontextprotocol.io/specification.
 * The messages are typed by the official SDK, of which nothing else is in the bundle: its server and its client
 * are 55 KiB gzipped each, validators of JSON Schema we have already among them.
 */
import type { InitializeResult } from '@modelcontextprotocol/sdk/types.js'

/** Newest first. They differ in nothing that this side of them uses. */
export const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const

/** JSON-RPC 2.0, section 5.1. */
export const CODES = { noMethod: -32_601, badParams: -32_602 } as const

/** A client that asks for a version we do not know is offered our newest. */
export function initializeResult(asked: unknown, instructions: string): InitializeResult {
  const protocolVersion = VERSIONS.find((version) => version === asked) ?? VERSIONS[0]
  const serverInfo = { name: 'voiceassist', title: 'VoiceAssist', version: '1' }
  return { protocolVersion, capabilities: { tools: {} }, serverInfo, instructions }
}
