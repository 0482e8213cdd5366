import { z } from 'zod';
import { configSchema } from './config-schema.ts';
import { testFileSchema } from './test-file-schema.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** JSON Schema (draft 2020-12) of `kubler.config.yaml`, for editors. */
export const configJsonSchema = (): JsonSchema => toJsonSchema(configSchema, 'kubler.config.yaml');

/** JSON Schema (draft 2020-12) of `test.yaml`, for editors. */
export const testFileJsonSchema = (): JsonSchema => toJsonSchema(testFileSchema, 'test.yaml');

function toJsonSchema(source: z.ZodType, title: string): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(source, { io: 'input' });
  return { ...($schema === undefined ? {} : { $schema }), title, ...schema };
}

/** The keys that may stand in the mapping at a path of a file, such as `['apt', 'sources', 0]`. */
export function knownKeys(source: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let forms: readonly JsonSchema[] = [z.toJSONSchema(source, { io: 'input' })];
  for (const key of path) forms = forms.flatMap((form) => formsOf(innerSchema(form, key)));
  return forms.flatMap(({ properties }) => Object.keys(properties ?? {}));
}

function innerSchema(schema: JsonSchema, key: PropertyKey): unknown {
  if (typeof key === 'number') return [schema.items].flat()[0];
  return schema.properties?.[String(key)] ?? schema.additionalProperties;
}

/** A schema as the list of the forms it allows. */
function formsOf(schema: unknown): readonly JsonSchema[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { anyOf } = schema as JsonSchema;
  return anyOf ? anyOf.flatMap(formsOf) : [schema as JsonSchema];
}
