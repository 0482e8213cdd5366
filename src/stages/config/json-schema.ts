import { z } from 'zod';
import { configSchema } from './config-schema.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** JSON Schema (draft 2020-12) of `kubler.config.yaml`, for editors. */
export function configJsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' });
  return { ...($schema === undefined ? {} : { $schema }), title: 'kubler.config.yaml', ...schema };
}

/** The keys that may stand in the mapping at a path of the file, such as `['apt', 'sources', 0]`. */
export function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  let schema: JsonSchema = configJsonSchema();
  for (const key of path) {
    const inner = typeof key === 'number' ? [schema.items].flat()[0] : schema.properties?.[String(key)];
    schema = typeof inner === 'object' ? inner : {};
  }
  return Object.keys(schema.properties ?? {});
}
