/** Light, dark or the system's; the first paint reads the same key in index.html. */

export const THEMES = ['light', 'dark', 'system'] as const
export type Theme = (typeof THEMES)[number]

export function readTheme(): Theme {
  const shown = document.documentElement.dataset.theme
  return THEMES.find((theme) => theme === shown) ?? 'system'
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem('theme', theme)
  document.documentElement.dataset.theme = theme
}
