/** What a request costs at the least: the handler every other one is compared with. */
export default { fetch: () => new Response('ok') } satisfies ExportedHandler
