import type { Settings } from './project.ts';

/** An object type of which everything may be left out. */
type Partly<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/**
 * What one source (the command line, the environment, one file) says about the settings. What it leaves out, or
 * gives as undefined, comes from the source below it.
 */
export interface SettingsOverrides extends Partly<Omit<Settings, 'apt' | 'apk' | 'portage' | 'network'>> {
  readonly apt?: Partly<Settings['apt']> | undefined;
  readonly apk?: Partly<Settings['apk']> | undefined;
  readonly portage?: Partly<Settings['portage']> | undefined;
  readonly network?: Partly<Settings['network']> | undefined;
}
