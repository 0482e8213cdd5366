import { describe, expect, test } from 'vitest';
import { parseDockerIgnore } from '../../../../src/stages/image/docker-ignore.ts';

const paths = [
  ...['README.md', 'a.md', 'docs/b.md', 'docs/deep/c.md', 'docs/keep/d.txt', 'foobar', 'x/foobar', 'x/foo'],
  ...['.git/config', 'weird[1]', 'dir with space/e', '#file', 'x'],
];
/**
 * What is left of `paths`. Each expectation was made by `docker build` (20.10) of a folder with these files, but the one
 * with `!**`: that version does not look for exceptions below an ignored folder unless they name it, newer ones do.
 */
const kept = (text: string): string[] => {
  const { ignores } = parseDockerIgnore('.dockerignore', text);
  return paths.filter((path) => !ignores(path));
};
const without = (...names: readonly string[]): string[] => paths.filter((path) => !names.includes(path));

describe('.dockerignore', () => {
  test.each<[string, string[]]>([
    ['', paths],
    ['# README.md\n\n  \n', paths],
    [' # a.md', paths],
    ['*.md', without('README.md', 'a.md')],
    ['/a.md\r\nx/', without('a.md', 'x', 'x/foobar', 'x/foo')],
    ['./docs/../a.md', without('a.md')],
    ['**/*.md', without('README.md', 'a.md', 'docs/b.md', 'docs/deep/c.md')],
    ['**.md', paths],
    ['docs/**', without('docs/b.md', 'docs/deep/c.md', 'docs/keep/d.txt')],
    ['docs/*/c.md', without('docs/deep/c.md')],
    ['docs/**/c.md', without('docs/deep/c.md')],
    ['**bar', paths],
    ['**/foobar', without('foobar', 'x/foobar')],
    ['*/foo???', without('x/foobar')],
    ['weird[[]1]\ndir with space', without('weird[1]', 'dir with space/e')],
    ['weird\\[1\\]', without('weird[1]')],
    ['[^Rad.wx#f]*', paths],
    ['*\n!docs', ['docs/b.md', 'docs/deep/c.md', 'docs/keep/d.txt']],
    ['*\n! docs/keep\n', ['docs/keep/d.txt']],
    ['*.md\n!README*', without('a.md')],
    ['!README.md\n*.md', without('README.md', 'a.md')],
    ['docs\n!docs/*/d.txt\ndocs/keep', without('docs/b.md', 'docs/deep/c.md', 'docs/keep/d.txt')],
    ['**', []],
    ['**\n!**/*.md', ['README.md', 'a.md', 'docs/b.md', 'docs/deep/c.md']],
    ['\\#file', without('#file')],
  ])('%j', (text, expected) => {
    expect(kept(text)).toEqual(expected);
  });

  test.each(['[', 'a[]', '!', 'a\\', '[b-'])('%s is no pattern', (pattern) => {
    const read = () => parseDockerIgnore('/i/.dockerignore', `ok\n${pattern}`);
    expect(read).toThrow(`cannot read ".dockerignore": "${pattern}" is not a pattern`);
    try {
      read();
    } catch (error) {
      expect(error).toMatchObject({ code: 'IMAGE_INVALID', at: { line: 2, excerpt: pattern } });
    }
  });
});
