// Writes schema/kubler.config.schema.json from the compiled schema. Runs after tsc, as part of `npm run build`.
import { mkdir, writeFile } from 'node:fs/promises';
import { configJsonSchema } from '../dist/stages/config/json-schema.js';

const folder = new URL('../schema/', import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(
  new URL('kubler.config.schema.json', folder),
  `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`,
);
