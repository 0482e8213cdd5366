import { isCancel, select, text } from '@clack/prompts';
import { KublerError } from '../errors.ts';

/** Asks for a line of text; what is left empty gives `fallback`. Throws INTERRUPTED on Ctrl-C or Escape. */
export async function askText(message: string, fallback = ''): Promise<string> {
  const placeholder = fallback === '' ? {} : { placeholder: fallback };
  return given(await text({ message, defaultValue: fallback, ...placeholder }));
}

/** Asks for one of several values, the first being the default. Throws INTERRUPTED on Ctrl-C or Escape. */
export async function askChoice<Value extends string>(
  message: string,
  choices: Readonly<Record<Value, string>>,
): Promise<Value> {
  const options = Object.entries<string>(choices).map(([value, label]) => ({
    value,
    label: `${value}: ${label}`,
  }));
  return given(await select<string>({ message, options })) as Value;
}

function given(answer: string | symbol): string {
  if (isCancel(answer)) throw new KublerError('INTERRUPTED', 'cannot go on: the question was not answered');
  return String(answer);
}
