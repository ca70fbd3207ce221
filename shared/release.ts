/**
 * What is released, as package.json has it: a Worker that imports that file carries the whole list of
 * dependencies. A test holds the two together.
 */
export const NAME = 'voiceassist'

/** As SemVer writes it. */
export const VERSION = '0.1.0'
