/** Counting in Russian: 1 страница, 2 страницы, 5 страниц. */
const plural = new Intl.PluralRules('ru')

export function count(n: number, one: string, few: string, many: string): string {
  const form = plural.select(n)
  if (form === 'one') return `${n} ${one}`
  return `${n} ${form === 'few' ? few : many}`
}
