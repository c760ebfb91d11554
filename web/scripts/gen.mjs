// Writes src/gen/api.ts from the server's wire contract, so that a changed field is a type error.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = new URL('../src/gen/', import.meta.url);
const document = execFileSync(
  'cargo',
  ['run', '-q', '-p', 'interlock-api', '--example', 'schema'],
  {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  },
);
const types = astToString(
  await openapiTS(JSON.parse(document), { defaultNonNullable: false, emptyObjectsUnknown: true }),
);
mkdirSync(target, { recursive: true });
writeFileSync(new URL('api.ts', target), types);
