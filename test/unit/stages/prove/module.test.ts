import { describe, expect, test } from 'vitest';
import type { RuntimeConfig } from '../../../../src/oci/types.ts';
import { dir, link, program } from '../../../support/make-rootfs.ts';
import { exe, findings, type Nodes } from '../../../support/small-debian.ts';

const library = 'usr/lib/python3.11';
const python: Nodes = {
  'usr/bin/python3': link('python3.11'),
  'usr/bin/python3.11': exe(),
  [`${library}/encodings/__init__.py`]: '',
  [`${library}/os.py`]: '',
  [`${library}/json/__init__.py`]: '',
  [`${library}/xml/__init__.py`]: '',
  [`${library}/lib-dynload/_bz2.cpython-311-x86_64-linux-gnu.so`]: 'x',
  'usr/lib/python3/dist-packages/six.py': '',
  'usr/lib/python3/dist-packages/google/protobuf/__init__.py': '',
  'usr/local/lib/python3.11/dist-packages/local.abi3.so': 'x',
};
const script = (...lines: readonly string[]) => `#!/usr/bin/python3\n${lines.join('\n')}\n`;
const modules = async (changes: Nodes, config: RuntimeConfig, gone: readonly string[] = []) =>
  (await findings({ ...python, ...changes }, config, gone))
    .filter(({ code }) => code === 'module')
    .map(({ subject, lacks }) => `${subject} ${lacks?.kind} ${lacks?.name}`);
const app = (...lines: readonly string[]): Nodes => ({ 'app/main.py': program(script(...lines)) });
const Cmd = ['/app/main.py'];

describe('Python', () => {
  test('finds modules where the interpreter looks', async () => {
    const changes: Nodes = {
      ...app(
        'import os.path, sys, json, xml, _bz2, six.moves, google.protobuf, google, local, near.deep, extra',
      ),
      'app/near/__init__.py': '',
      'app/near/deep.py': '',
      'srv/extra.py': '',
    };
    expect(await modules(changes, { Cmd, Env: ['PYTHONPATH=/srv'] })).toEqual([]);
    expect(await modules(changes, { Cmd })).toEqual(['/app/main.py python extra']);
  });

  test('names what is nowhere, with who starts it', async () => {
    const [finding] = await findings({ ...python, ...app('import yaml') }, { Entrypoint: Cmd });
    expect(finding).toEqual({
      ...{ code: 'module', severity: 'error', subject: '/app/main.py' },
      message: "imports the module yaml, which no folder of Python's path holds; ENTRYPOINT starts it",
      lacks: { kind: 'python', name: 'yaml' },
    });
    expect(await modules(app('import xml.etree.ElementTree'), { Cmd })).toEqual([
      '/app/main.py python xml.etree.ElementTree',
    ]);
  });

  test.each<readonly [RuntimeConfig]>([
    [{ Cmd: ['python3', '-u', '-W', 'error', '/app/main.py', 'x'] }],
    [{ Entrypoint: ['python3'], Cmd: ['app/main.py'] }],
    [{ Entrypoint: ['python3', 'main.py'], WorkingDir: '/app' }],
    [{ Cmd: ['/bin/sh', '-c', 'exec python3 /app/main.py'] }],
    [{ Healthcheck: { Test: ['CMD', 'python3', '/app/main.py'] } }],
  ])('finds the script of %j', async (config) => {
    expect(await modules(app('import yaml'), config)).toEqual(['/app/main.py python yaml']);
  });

  test.each<readonly [RuntimeConfig, readonly string[]]>([
    [{ Cmd: ['python3', '-c', 'import yaml'] }, []],
    [{ Cmd: ['python3', '-m', 'json'] }, []],
    [{ Cmd: ['python3', '-Im', 'none', 'app/main.py'] }, ['python3 python none']],
    [{ Cmd: ['python3', '-m', 'main'], WorkingDir: '/app' }, ['/app/main.py python yaml']],
  ])('%j lacks %j', async (config, expected) => {
    expect(await modules(app('import yaml'), config)).toEqual(expected);
  });

  test('follows scripts beside the script, once, and no packages', async () => {
    const changes: Nodes = {
      ...app('import helper'),
      'app/helper.py': 'import main, other, gone_one  # and more, so that it is read at all\n',
      'app/other/__init__.py': 'import gone_two  # and more, so that it is read at all, as above\n',
      'usr/lib/python3/dist-packages/six.py': 'import none  # and more, so that it is read at all\n',
    };
    expect(await modules(changes, { Cmd })).toEqual([
      '/app/helper.py python gone_one',
      '/app/other/__init__.py python gone_two',
    ]);
  });

  test('says nothing where a script changes the path, or the interpreter is not known', async () => {
    expect(await modules(app('import sys, yaml', 'sys.path.append("/x")'), { Cmd })).toEqual([]);
    const own = { 'usr/bin/python3': exe(), ...app('import yaml') };
    expect(await modules(own, { Cmd })).toEqual([]);
  });

  test('knows virtual environments and other prefixes', async () => {
    const changes: Nodes = {
      'venv/bin/python3': link('/usr/bin/python3'),
      'venv/pyvenv.cfg': 'home = /usr/bin\n',
      'venv/lib/python3.11/site-packages/yaml/__init__.py': '',
      'app/main.py': program('#!/venv/bin/python3\nimport yaml, json\n'),
    };
    expect(await modules(changes, { Cmd })).toEqual([]);
    expect(await modules(changes, { Cmd: ['python3', '/app/main.py'] })).toEqual([
      '/app/main.py python yaml',
    ]);
  });

  test('names a library that is gone', async () => {
    expect(await modules(app('import sys'), { Cmd }, [`${library}/encodings/__init__.py`])).toEqual([
      '/app/main.py python encodings',
    ]);
  });
});

describe('Perl', () => {
  const perl: Nodes = {
    'usr/bin/perl': exe(),
    'usr/lib/x86_64-linux-gnu/perl-base/strict.pm': '',
    'usr/share/perl/5.36.0/Text/Wrap.pm': '',
    'usr/share/perl/5.36': link('5.36.0'),
    'usr/share/perl5/Own.pm': '',
    'srv/lib/Extra.pm': '',
    srv: dir,
  };
  const tool = {
    'usr/bin/tool': program('#!/usr/bin/perl\nuse strict;\nuse Text::Wrap;\nuse Own;\nuse Extra;\n'),
  };

  test('finds modules in @INC, PERL5LIB and -I, and names the rest', async () => {
    const lacks = (config: RuntimeConfig) => modules({ ...perl, ...tool }, config);
    expect(await lacks({ Cmd: ['tool'] })).toEqual(['/usr/bin/tool perl Extra']);
    expect(await lacks({ Cmd: ['tool'], Env: ['PERL5LIB=/srv/lib'] })).toEqual([]);
    expect(await lacks({ Cmd: ['perl', '-I/srv/lib', '/usr/bin/tool'] })).toEqual([]);
    expect(await lacks({ Cmd: ['perl', '-w', '-I', '/srv/lib', '/usr/bin/tool'] })).toEqual([]);
    expect(await lacks({ Cmd: ['perl', '-MNone::Such', '-e', '1'] })).toEqual(['perl perl None::Such']);
  });
});
