/* Draws /openapi.json. A token pasted under "Authorize" is kept in memory only. */
globalThis.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
})
