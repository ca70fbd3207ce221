/** drizzle-kit's view of the schema: `npm run db:generate` writes migrations/ from every tables file. */
import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: ['./shared/tables.ts', './workers/*/*tables.ts', './workers/*/*/*tables.ts'],
  out: './migrations',
  casing: 'snake_case',
  schemaFilter: ['public', 'auth'],
})
