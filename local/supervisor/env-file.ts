/** The file that gives the three Workers their settings. Pure. */

/**
 * Text for `wrangler dev --env-file`. Wrangler expands `$NAME` within every value, quoted or not.
 *
 * @throws Error for a value that no quoting can carry
 */
export function renderEnvFile(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${quote(name, value)}`)
  return `${lines.join('\n')}\n`
}

function quote(name: string, value: string): string {
  const mark = [`'`, '"', '`'].find((candidate) => !value.includes(candidate))
  if (!mark || /[\r\n]/.test(value)) throw new Error(`${name} has characters no env file can hold.`)
  return mark + value.replaceAll('$', '\\$') + mark
}
