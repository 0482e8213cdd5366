import type { RuntimeConfig } from './types.ts';

/** The value of a variable in the environment of an image; the last line counts. Undefined when it is not set. */
export const envValue = (config: RuntimeConfig, name: string): string | undefined =>
  config.Env?.findLast((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
