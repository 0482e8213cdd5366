import { Command } from '@commander-js/extra-typings';
import { beforeEach, expect, test } from 'vitest';
import { complete } from '../../../src/cli/complete.ts';
import type { ProjectFlags } from '../../../src/cli/with-workspace.ts';

const names = {
  images: ['acme/jq'],
  references: ['acme/jq:1.0', 'acme/jq:latest'],
  ...{ namespaces: [], builders: [] },
};
let asked: readonly ProjectFlags[];
beforeEach(() => {
  asked = [];
});

function offered(...words: readonly string[]): Promise<readonly string[]> {
  const program = new Command().enablePositionalOptions();
  const rm = program.command('rm').argument('<images...>', 'NAMESPACE/IMAGE or NAMESPACE/IMAGE:TAG');
  rm.option('--data-dir <dir>').option('-w, --working-dir <dir>').option('--force');
  program.command('run').passThroughOptions().argument('<image>').argument('[args...]').option('--rm');
  return complete(program, words, (flags) => {
    asked = [...asked, flags];
    return Promise.resolve(names);
  });
}

test('tags come after a colon, in bash without the words before it', async () => {
  expect(await offered('rm', 'acme/')).toEqual(['acme/jq']);
  expect(await offered('rm', 'acme/jq:')).toEqual(['acme/jq:1.0', 'acme/jq:latest']);
  expect(await offered('rm', 'acme/jq', ':')).toEqual(['1.0', 'latest']);
  expect(await offered('rm', 'acme/jq', ':', '1')).toEqual(['1.0']);
  expect(await offered('rm', 'acme/jq', ':', '1.0', 'acme/')).toEqual(['acme/jq']);
  expect(await offered('run', 'acme/jq:')).toEqual([]);
});

test('names are those of the project that the line means', async () => {
  await offered('rm', '--data-dir', '/one', '-w', '../p', '--force', '');
  await offered('rm', '--data-dir=/two', '');
  await offered('rm', '--data-dir', '=', '/three', '');
  expect(asked).toEqual([
    { dataDir: '/one', workingDir: '../p' },
    { dataDir: '/two' },
    { dataDir: '/three' },
  ]);
});

test('flags end where those of another program begin', async () => {
  expect(await offered('run', '--')).toEqual(['--help', '--rm']);
  expect(await offered('run', 'acme/jq', '--')).toEqual([]);
  expect(await offered('rm', '--', '--')).toEqual([]);
  expect(await offered('rm', '--', 'acme')).toEqual(['acme/jq']);
});
