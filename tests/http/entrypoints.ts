/** In place of `cloudflare:workers` in Node: what a Worker's entrypoint has from the platform. */
export class WorkerEntrypoint {
  protected readonly ctx: ExecutionContext
  protected readonly env: unknown

  constructor(ctx: ExecutionContext, env: unknown) {
    this.ctx = ctx
    this.env = env
  }
}
