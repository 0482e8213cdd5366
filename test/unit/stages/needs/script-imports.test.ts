import { describe, expect, test } from 'vitest';
import { collectFacts } from '../../../../src/stages/needs/index.ts';
import { makeRootfs, program } from '../../../support/make-rootfs.ts';

const importsOf = async (path: string, text: string) =>
  (await collectFacts(makeRootfs({ [path]: program(text) }))).get(path)?.imports;

describe('imports of Python', () => {
  const names = async (...lines: readonly string[]) =>
    (await importsOf('srv/app.py', `#!/usr/bin/python3\n${lines.join('\n')}\n`))?.names;

  test('are those that are always executed', async () => {
    expect(
      await names(
        'import os, sys as system; import a.b.c  # import not_this',
        'from collections import (',
        '    abc,',
        ')',
        'from x \\',
        '  import y',
        'import\ttabbed',
        'try:',
        '    import maybe',
        'except ImportError: import other',
        'if True: import conditional',
        'def f():',
        '    import later',
        'from . import near',
        'from .near import far',
        'importlib = 1',
        'from_where = 2',
      ),
    ).toEqual(['os', 'sys', 'a.b.c', 'collections', 'x', 'tabbed']);
  });

  test('are not those in strings', async () => {
    const text = ['"""', 'import a', '"""', "x = '''", 'import b', "'''", 'y = "\\"#"', 'import c'];
    expect(await names(...text)).toEqual(['c']);
    expect(await names('"""', 'import never', '# ends')).toEqual([]);
  });

  test('are uncertain where the script changes the path', async () => {
    const text = '#!/usr/bin/env python3\nimport sys\nsys.path.insert(0, "x")\nimport a\n';
    expect(await importsOf('usr/bin/x', text)).toEqual({
      ...{ language: 'python', names: ['sys', 'a'], changesPath: true },
    });
  });
});

describe('imports of Perl', () => {
  const names = async (...lines: readonly string[]) =>
    (await importsOf('usr/bin/x', `#!/usr/bin/perl -w\n${lines.join('\n')}\n`))?.names;

  test('are those at the start of a line, outside of documents', async () => {
    expect(
      await names(
        'use 5.010; use v5.36;',
        'use v5.36;',
        'use strict;',
        'use Foo::Bar qw(x);',
        'require Old::Name;',
        "require 'file.pl';",
        '  require Later;',
        'print <<"END" . "x";',
        'use Not::This;',
        'END',
        '=head1 NAME',
        'use Nor::This;',
        '=cut',
        'use After;',
        '__END__',
        'use Never;',
      ),
    ).toEqual(['strict', 'Foo::Bar', 'Old::Name', 'After']);
  });

  test('are uncertain where the script changes the path', async () => {
    expect(await importsOf('usr/bin/x', '#!/usr/bin/perl\nuse lib "/x";\nuse A;\n')).toMatchObject({
      changesPath: true,
    });
  });
});

test('only scripts that a container may start are asked', async () => {
  const text = 'import os # and some more to be of a size that is read\n';
  for (const path of ['usr/lib/python3/dist-packages/a.py', 'usr/share/x/a.py', 'srv/a.txt', 'usr/lib/x.pl'])
    expect((await collectFacts(makeRootfs({ [path]: text }))).get(path)).toBeUndefined();
  expect((await collectFacts(makeRootfs({ 'app/a.py': text }))).get('app/a.py')?.imports?.names).toEqual([
    'os',
  ]);
  expect(
    await importsOf('app/big.py', `#!/usr/bin/python3\nimport os\n${'#'.repeat(70_000)}`),
  ).toBeUndefined();
});

test.each([
  ['quotes', `#!/usr/bin/python3\n${'"'.repeat(60_000)}`],
  ['open strings', `#!/usr/bin/python3\n${`'''"""`.repeat(10_000)}`],
  ['here-documents', `#!/usr/bin/perl\n${'<<A;\n'.repeat(12_000)}`],
  ['statements', `#!/usr/bin/python3\n${'import a;'.repeat(7000)}`],
])('a script full of %s is read like any other', async (_what, text) => {
  expect((await importsOf('usr/bin/x', text))?.names.length).toBeLessThan(2);
});
