/**
 * Loaded into the wrangler process before its own code: ends it when the supervisor is gone, even
 * by SIGKILL. The channel between the two closes then, and wrangler's exit takes workerd along.
 */
process.on('disconnect', () => process.exit(1))
