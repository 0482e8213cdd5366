import { resolve } from 'node:path';
import { didYouMean } from '../../model/suggest.ts';
import type { SettingsOverrides } from '../../model/settings-overrides.ts';
import { configSchema } from './config-schema.ts';
import { describeIssue } from './describe-issue.ts';
import type { Diagnostics } from './diagnostics.ts';
import { toOverrides } from './to-overrides.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface EnvironmentSetting {
  /** The first of these that is set, and not empty, counts. */
  readonly variables: readonly [string, ...string[]];
  /** Place in `kubler.config.yaml`. */
  readonly key: readonly [string] | readonly [string, string];
  readonly convert?: (text: string) => unknown;
}

const toList = (text: string): readonly string[] => text.split(/[\s,]+/).filter((item) => item !== '');
const toNumber = (text: string): unknown => (/^\d+$/.test(text) ? Number(text) : text);

/** Every environment variable that is a setting, in the order of the documentation. */
export const environmentSettings: readonly EnvironmentSetting[] = [
  { variables: ['KUBLER_ENGINE'], key: ['engine'] },
  { variables: ['KUBLER_DEFAULT_BUILDER'], key: ['default_builder'] },
  { variables: ['KUBLER_MAINTAINER'], key: ['maintainer'] },
  { variables: ['KUBLER_TAGS'], key: ['tags'], convert: toList },
  { variables: ['KUBLER_PRUNE'], key: ['prune'], convert: toList },
  { variables: ['SOURCE_DATE_EPOCH'], key: ['epoch'], convert: toNumber },
  { variables: ['KUBLER_DATA_DIR'], key: ['data_dir'] },
  { variables: ['KUBLER_JOBS'], key: ['jobs'], convert: toNumber },
  { variables: ['KUBLER_APT_MIRROR'], key: ['apt', 'mirror'] },
  { variables: ['KUBLER_APT_SECURITY_MIRROR'], key: ['apt', 'security_mirror'] },
  { variables: ['KUBLER_APT_KEYRING'], key: ['apt', 'keyring'] },
  { variables: ['KUBLER_APT_COMPONENTS'], key: ['apt', 'components'], convert: toList },
  { variables: ['KUBLER_PORTAGE_MIRROR'], key: ['portage', 'mirror'] },
  { variables: ['KUBLER_PORTAGE_KEYRING'], key: ['portage', 'keyring'] },
  { variables: ['KUBLER_PORTAGE_DATE'], key: ['portage', 'date'] },
  { variables: ['KUBLER_HTTP_PROXY', 'http_proxy', 'HTTP_PROXY'], key: ['network', 'http_proxy'] },
  { variables: ['KUBLER_HTTPS_PROXY', 'https_proxy', 'HTTPS_PROXY'], key: ['network', 'https_proxy'] },
  { variables: ['KUBLER_NO_PROXY', 'no_proxy', 'NO_PROXY'], key: ['network', 'no_proxy'] },
  { variables: ['KUBLER_CA_FILE'], key: ['network', 'ca_file'] },
];

type Found = EnvironmentSetting & { readonly variable: string; readonly text: string };

function findSettings(env: Environment): readonly Found[] {
  return environmentSettings.flatMap((setting) => {
    const variable = setting.variables.find((name) => (env[name] ?? '') !== '');
    return variable === undefined ? [] : [{ ...setting, variable, text: env[variable] ?? '' }];
  });
}

/** The values in the shape of `kubler.config.yaml`. */
function toConfig(settings: readonly Found[]): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const { key, text, convert } of settings) {
    const [outer, inner] = key;
    const value = convert === undefined ? text : convert(text);
    config[outer] =
      inner === undefined ? value : { ...(config[outer] as object | undefined), [inner]: value };
  }
  return config;
}

/** Proxy addresses may hold passwords: those are not shown. */
const shown = ({ variable, text }: Found): string =>
  /proxy/i.test(variable) ? variable : `${variable}="${text}"`;

function warnOfTypos(env: Environment, diagnostics: Diagnostics): void {
  const known = environmentSettings.map(({ variables }) => variables[0]);
  for (const name of Object.keys(env).sort()) {
    if (!name.startsWith('KUBLER_') || known.includes(name)) continue;
    const hint = didYouMean(name, known);
    if (hint !== undefined)
      diagnostics.warn(undefined, `environment variable ${name} has no effect, ${hint}`);
  }
}

/**
 * What the environment says about the settings; relative paths are relative to `startDir`. Notes a fault for each
 * variable with a wrong value, and a warning for each `KUBLER_` variable that looks like a misspelt one.
 */
export function settingsFromEnv(
  env: Environment,
  startDir: string,
  diagnostics: Diagnostics,
): SettingsOverrides {
  warnOfTypos(env, diagnostics);
  const found = findSettings(env);
  const result = configSchema.safeParse(toConfig(found), { reportInput: true });
  if (result.success) return toOverrides(result.data, (path) => resolve(startDir, path));
  for (const issue of result.error.issues) {
    const culprit = found.find(({ key }) => key.every((part, index) => issue.path[index] === part));
    if (culprit) diagnostics.fault(`cannot use ${shown(culprit)}: ${describeIssue(issue)}`);
  }
  return {};
}
