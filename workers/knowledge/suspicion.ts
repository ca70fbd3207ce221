/**
 * What in a text looks like an attempt on whoever reads it with a model: said of the document, never a
 * reason to drop it, for manuals about such attacks look the same. Patterns miss what they do not know;
 * what holds an attack off is that retrieved text is data and that answers must be proved.
 */

export const SUSPICIONS = [
  'instructions',
  'role',
  'tool',
  'exfiltration',
  'citation',
  'encoded',
] as const
export type Suspicion = (typeof SUSPICIONS)[number]

const EARLIER = 'previous|prior|above|earlier|preceding|all|your|the|any|these|those'
const RULES =
  'instructions?|prompts?|rules?|directives?|guidelines?|context|messages?|restrictions?'

const PATTERNS: Readonly<Record<Suspicion, readonly RegExp[]>> = {
  instructions: [
    new RegExp(
      `\\b(?:ignore|disregard|forget|override|bypass)\\s+(?:(?:${EARLIER}|of|and)\\s+){1,4}(?:${RULES})`,
      'i',
    ),
    /\b(?:you (?:are|must|shall|will) now|from now on,? (?:you|answer|respond|reply)|do not (?:tell|mention|reveal|inform)[^.\n]{0,40}\buser)\b/i,
    /\bnew (?:system )?instructions?\s*:/i,
    /\b(?:reveal|print|repeat|show|output)\b[^.\n]{0,30}\b(?:system prompt|hidden prompt|your instructions|api key|password)/i,
    /\b(?:[Rr]espond|[Rr]eply|[Aa]nswer)\b[^.\n]{0,25}\b(?:only with|exactly|with the word|with)\s+["'“«]?[A-Z]{4,}/,
    /(?:игнорируй|забудь|не обращай внимания на)[^.\n]{0,40}(?:инструкц|указан|правил|команд)/iu,
    /(?:ignorier|vergiss|missachte)\p{L}*[^.\n]{0,40}(?:anweisung|regel|befehl)/iu,
    /(?:ignore[zr]?|oublie[zr]?)[^.\n]{0,40}(?:instruction|consigne|règle)/iu,
    /(?:ignor[ae]|olvida)[^.\n]{0,40}(?:instruccion|regla|istruzion|instruç)/iu,
    /(?:忽略|无视|忘记)[^。\n]{0,20}(?:指令|指示|说明|规则|提示)/u,
    /(?:無視|忘れ)[^。\n]{0,20}|(?:指示|命令)[^。\n]{0,10}無視/u,
    /(?:تجاهل|انس)[^.\n]{0,40}(?:التعليمات|الأوامر)/u,
  ],
  role: [
    /<\|[a-z_]{2,20}\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|assistant|source|instructions?)\b[^<>\n]{0,80}>/i,
    /^\s*(?:#{1,6}\s*)?(?:system|assistant|developer)\s*(?:prompt|message)?\s*:/im,
    /\b(?:BEGIN|END|START)(?: OF)? (?:SYSTEM|SOURCES?|DOCUMENTS?|PROMPT|INSTRUCTIONS?)\b/,
  ],
  tool: [
    /\b(?:call|invoke|run|execute|use)\s+(?:the\s+)?[`"']?\w*[`"']?\s*(?:tool|function)\b/i,
    /["'](?:tool_calls?|function_call|tool_name|tool_use)["']\s*:|<(?:tool_call|function_calls?|invoke)\b/i,
  ],
  exfiltration: [
    /!\[[^\]\n]{0,200}\]\(\s*(?:https?:)?\/\/[^)\s]{1,500}[?&=][^)\s]{0,500}\)/i,
    /(?:https?:)?\/\/[^\s<>()"']{1,300}(?:\{\{?|\$\{|%7B|<|\[)\s*\w{0,30}/i,
    /\b(?:send|post|upload|forward|email|leak|exfiltrate|append|embed)\b[^.\n]{0,80}(?:https?:\/\/|@[\w-]+\.\w)/i,
    /<(?:img|iframe|script|link|object|embed|form)\b[^<>]{0,300}\b(?:src|href|action|data)\s*=/i,
    /\b(?:javascript|vbscript):\S|\bdata:text\/html/i,
  ],
  citation: [/\[[a-z0-9]{4}\s+"[^"\n]{1,300}"\]/],
  encoded: [
    /(?:[A-Za-z0-9+/]{4}){16,}={0,2}/,
    /(?:\\u[0-9a-f]{4}|&#x?[0-9a-f]{2,6};|%[0-9a-f]{2}){12,}/i,
  ],
}

/** Kinds found, each once, always in the same order. */
export const suspicionsOf = (text: string): Suspicion[] =>
  SUSPICIONS.filter((kind) => PATTERNS[kind].some((pattern) => pattern.test(text)))
