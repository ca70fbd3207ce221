/** The words of the page Help, in English. */

export const help = {
  title: 'Help',
  subtitle: 'Guides, the API, and the keyboard.',
  guides: 'Guides',
  reference: 'API reference',
  referenceHint: 'Every operation, with its schemas.',
  openapi: 'OpenAPI document',
  keyboard: 'Keyboard',
  shortcuts: {
    palette: 'Search pages and actions',
    goTo: (page: string) => `Go to ${page}`,
    filter: 'Filter the list',
    help: 'This page',
    escape: 'Close what is open',
  },
}

export type HelpMessages = typeof help
