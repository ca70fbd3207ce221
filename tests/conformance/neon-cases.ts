/**
 * Values of every kind the stand-in must pass on as Postgres writes them, and statements that fail
 * with the fields their errors must have. The errors are about the table `strict` of neon.test.ts.
 */
import { expect } from 'vitest'

export const VALUES = [
  `'-32768'::int2`,
  `9223372036854775807::int8`,
  `'123456789012345678901234567890.123456789'::numeric`,
  `'NaN'::float8`,
  `'-Infinity'::float8`,
  `0.1::float8 + 0.2::float8`,
  `1e-7::float4`,
  `' a  "quoted" é 🎈 \\ '::text`,
  `'{"b": 1,  "a": [1.0, null]}'::json`,
  `'{"b": 1,  "a": [1.0, null]}'::jsonb`,
  `'2026-11-20 10:00:00.123456+05'::timestamptz`,
  `'infinity'::timestamp`,
  `'0044-03-15 BC'::date`,
  `'23:59:60'::time`,
  `'1 year 2 mons -3 days 04:05:06.7'::interval`,
  `'\\x00ff10'::bytea`,
  `'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid`,
  `array['a"b', 'c\\d', null, 'NULL', 'e,f', '']`,
  `array[[1, 2], [3, null]]`,
  `'[1,-2.5,3e-5]'::vector`,
  `'10.0.0.0/8'::cidr`,
  `to_tsvector('english', 'the quick foxes')`,
  `row(1, 'a,b', null)`,
  `int4range(1, 5)`,
  `null::text`,
]

export const ERRORS: [string, string, object][] = [
  [
    '23505',
    `insert into strict values (1, 'b')`,
    {
      constraint: 'strict_pkey',
      detail: 'Key (id)=(1) already exists.',
      table: 'strict',
      schema: 'public',
    },
  ],
  ['23502', `insert into strict values (2)`, { column: 'name', table: 'strict' }],
  ['23514', `insert into strict values (2, 'b', -1)`, { constraint: 'strict_age_check' }],
  ['23503', `insert into strict values (2, 'b', 1, 9)`, { constraint: 'strict_parent_fkey' }],
  ['42P01', `select * from nowhere`, { position: '15' }],
  ['42703', `select nam from strict`, { hint: expect.stringContaining('strict.name') }],
  ['22P02', `select 'x'::int`, { position: '8' }],
  ['42601', `select 1; select 2`, { message: expect.stringContaining('multiple commands') }],
  ['42601', `selec 1`, { position: '1' }],
  [
    'P0001',
    `do $$ begin raise 'no' using detail = 'why', datatype = 'mood'; end $$`,
    { detail: 'why', dataType: 'mood', where: expect.stringContaining('PL/pgSQL') },
  ],
]
