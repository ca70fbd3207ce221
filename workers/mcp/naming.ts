/** Tools of other servers under names of ours. Pure. */

/** Models take no longer one. */
const LONGEST = 64

/** `server__tool`; no tool of ours has two underscores in its name. */
export const qualified = (server: string, tool: string): string =>
  `${server}__${tool.replace(/[^\w-]/g, '_')}`.slice(0, LONGEST)
