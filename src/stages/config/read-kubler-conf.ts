import { dirname, isAbsolute, resolve } from 'node:path';
import type { SettingsOverrides } from '../../model/settings-overrides.ts';
import { tagPattern, tagRule } from '../../model/tag.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { ShellValue } from './evaluate-word.ts';
import { readAssignments, type Assigned } from './read-assignments.ts';
import { readBuilderName } from './read-builder-name.ts';
import type { SourceText } from './source-text.ts';
import { withScheme } from './to-overrides.ts';
import { createVariableReader, type VariableReader } from './variable-reader.ts';
import { warnOfVariables } from './warn-of-variables.ts';

/** What a kubler.conf of the original says. */
export interface KublerConf {
  readonly overrides: SettingsOverrides;
  /** All its variables, over those of the files above: every build.conf below may use them. */
  readonly variables: ReadonlyMap<string, Assigned>;
}

/** What a kubler.conf stands in. */
export interface KublerConfScope {
  /** Variables of the files above. */
  readonly outer: ReadonlyMap<string, Assigned>;
  /** Values that need not be set by any file. */
  readonly predefined: ReadonlyMap<string, ShellValue>;
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

/** As in the original, the outermost file with an IMAGE_TAG decides. */
function settleTag(
  own: Map<string, Assigned>,
  outer: KublerConfScope['outer'],
  diagnostics: Diagnostics,
): void {
  const tag = own.get('IMAGE_TAG');
  const above = outer.get('IMAGE_TAG');
  if (!tag || !above || above.value.length === 0) return;
  own.delete('IMAGE_TAG');
  if (String(tag.value) === String(above.value)) return;
  diagnostics.warn(
    tag.nameAt,
    `IMAGE_TAG has no effect: that of a file above, "${String(above.value)}", counts`,
  );
}

function readTreeDate(reader: VariableReader): string | undefined {
  const date = reader.text('PORTAGE_DATE');
  if (date === undefined || /^(latest|\d{8})$/.test(date)) return date;
  reader.fault('PORTAGE_DATE', 'it must be a day such as 20261115, or latest');
  return undefined;
}

/** Reads a kubler.conf, the original's configuration file, as data.  */
export function readKublerConf(
  source: SourceText,
  { outer, predefined }: KublerConfScope,
  diagnostics: Diagnostics,
): KublerConf {
  const above = [...outer].map(([name, { value }]) => [name, value] as const);
  const scope = new Map([...predefined, ...above]);
  const assignments = readAssignments(source, scope, diagnostics, { forgivesCommands: true });
  warnOfVariables(assignments, 'kubler.conf', diagnostics);
  const own = new Map(assignments.byName);
  settleTag(own, outer, diagnostics);
  const reader = createVariableReader({ byName: own }, 'kubler.conf', diagnostics);
  return {
    overrides: {
      defaultBuilder: readBuilderName(reader, 'DEFAULT_BUILDER'),
      maintainer: reader.text('AUTHOR'),
      tags: readTag(reader),
      dataDir: readDataDir(reader, source.file),
      portage: {
        mirrors: reader.text('MIRROR')?.split(/\s+/).filter(Boolean),
        date: readTreeDate(reader),
      },
      network: {
        httpProxy: withScheme(reader.text('HTTP_PROXY')),
        httpsProxy: withScheme(reader.text('HTTPS_PROXY')),
        noProxy: reader.text('NO_PROXY'),
      },
    },
    variables: new Map([...outer, ...own]),
  };
}
