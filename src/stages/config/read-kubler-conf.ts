import { isAbsolute, resolve, dirname } from 'node:path';
import type { SettingsOverrides } from '../../model/settings-overrides.ts';
import { tagPattern, tagRule } from '../../model/tag.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { ShellValue } from './evaluate-word.ts';
import { readAssignments } from './read-assignments.ts';
import type { SourceText } from './source-text.ts';
import { readBuilderName } from './read-builder-name.ts';
import { createVariableReader, type VariableReader } from './variable-reader.ts';
import { warnOfVariables } from './warn-of-variables.ts';

/** What a kubler.conf of the original says. */
export interface KublerConf {
  readonly overrides: SettingsOverrides;
  /** All its variables, over those of `scope`: every build.conf below may use them. */
  readonly variables: ReadonlyMap<string, ShellValue>;
}

function readTag(reader: VariableReader): readonly string[] | undefined {
  const tag = reader.text('IMAGE_TAG');
  if (tag === undefined || tagPattern.test(tag)) return tag === undefined ? undefined : [tag];
  reader.fault('IMAGE_TAG', `it must be a tag: ${tagRule}`);
  return undefined;
}

function readDataDir(reader: VariableReader, file: string): string | undefined {
  const dir = reader.text('KUBLER_DATA_DIR');
  return dir === undefined || isAbsolute(dir) ? dir : resolve(dirname(file), dir);
}

/** Reads a kubler.conf, the original's configuration file, as data. `scope`: variables of the file above it. */
export function readKublerConf(
  source: SourceText,
  scope: ReadonlyMap<string, ShellValue>,
  diagnostics: Diagnostics,
): KublerConf {
  const assignments = readAssignments(source, scope, diagnostics);
  warnOfVariables(assignments, 'kubler.conf', diagnostics);
  const reader = createVariableReader(assignments, 'kubler.conf', diagnostics);
  const own = [...assignments.byName].map(([name, { value }]) => [name, value] as const);
  return {
    overrides: {
      defaultBuilder: readBuilderName(reader, 'DEFAULT_BUILDER'),
      maintainer: reader.text('AUTHOR'),
      tags: readTag(reader),
      dataDir: readDataDir(reader, source.file),
      network: {
        httpProxy: reader.text('HTTP_PROXY'),
        httpsProxy: reader.text('HTTPS_PROXY'),
        noProxy: reader.text('NO_PROXY'),
      },
    },
    variables: new Map([...scope, ...own]),
  };
}
