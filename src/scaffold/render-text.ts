import { KublerError } from '../errors.ts';

/**
 * Puts values in the place of every `{{name}}`. `file` is the template, for errors: CONFIG_INVALID with line and column
 * for a name that has no value.
 */
export function renderText(text: string, values: Readonly<Record<string, string>>, file: string): string {
  return text.replace(/\{\{(\w+)\}\}/g, (match, name: string, offset: number) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined) return value;
    const before = text.slice(0, offset).split('\n');
    const excerpt = text.split('\n')[before.length - 1] ?? '';
    throw new KublerError('CONFIG_INVALID', `cannot render "${file}": ${match} has no value`, {
      at: { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1, excerpt },
      hint: `the names here are ${Object.keys(values).join(', ')}`,
    });
  });
}
