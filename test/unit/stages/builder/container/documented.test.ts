import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../../..');
const container = join(root, 'src/stages/builder/container');
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');

const programs = readdirSync(join(container, 'bin'));
const scripts = [
  read(container, 'core.sh'),
  ...['not-portage.sh', 'apt/helpers.sh', 'apk/helpers.sh'].map((name) => read(container, name)),
  ...programs.map((name) => read(container, 'bin', name)),
].join('\n');

/** What a hook can call: functions without a leading `_`, those made in a loop, and programs. */
function helpers(): readonly string[] {
  const functions = [...scripts.matchAll(/^([a-z][\w-]*)\(\)/gm)].map(([, name]) => name ?? '');
  const [, looped = ''] = /^for _kubler_name in (.*); do$/m.exec(scripts) ?? [];
  // Package managers have some of the same name.
  return [...new Set([...functions, ...looped.split(' '), ...programs])].sort();
}

/** First cells of the table of helpers, each with its usages: `die MESSAGE [STATUS]`. */
function documented(): readonly (readonly string[])[] {
  const [, section = ''] = read(root, 'docs/builders.md').split('### Helpers\n');
  const cells = [...section.matchAll(/^\| (`[^|]*`) \|/gm)].map(([, cell]) => cell ?? '');
  return cells.map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, usage]) => usage ?? ''));
}

it('every helper is in docs/builders.md, and nothing else is', () => {
  const names = documented().flatMap((usages) => usages.map((usage) => usage.split(' ')[0]));
  expect(names.sort()).toEqual(helpers());
});

it('the documented arguments are those above the helper', () => {
  const described = documented().flatMap((usages) => (usages.length === 1 ? usages : []));
  expect(described.length).toBeGreaterThan(10);
  expect(described.filter((usage) => !scripts.includes(`\n# ${usage}: `))).toEqual([]);
});
