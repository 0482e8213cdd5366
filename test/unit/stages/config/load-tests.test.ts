import { describe, expect, test } from 'vitest';
import { faultsOf } from '../../../support/faults-of.ts';
import { loadTestProject } from '../../../support/load-test-project.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

const parent = useTempDir();
let count = 0;

function projectWith(files: Readonly<Record<string, string>>): string {
  const dir = `${parent}/${(count += 1)}`;
  const folder = 'namespaces/web/images/x';
  const all = { 'Dockerfile.template': 'FROM scratch\n', ...files };
  writeTree(dir, {
    'kubler.config.yaml': '',
    ...Object.fromEntries(Object.entries(all).map(([name, text]) => [`${folder}/${name}`, text])),
  });
  return dir;
}

const load = async (files: Readonly<Record<string, string>>) =>
  (await loadTestProject(projectWith(files))).images.get('web/x')?.tests;
const faults = (files: Readonly<Record<string, string>>) =>
  faultsOf(() => loadTestProject(projectWith(files)));

describe('the health check', () => {
  const defaults = {
    ...{ maxDuration: 30, interval: 5, timeout: 5, startPeriod: 3, retries: 3, minHealthyStreak: 5 },
  };

  test('is on for any value but none and false, with the defaults of the original', async () => {
    expect((await load({}))?.health).toBeUndefined();
    expect((await load({ 'build.conf': "POST_BUILD_HC='false'" }))?.health).toBeUndefined();
    expect((await load({ 'build.conf': "POST_BUILD_HC=''" }))?.health).toBeUndefined();
    expect((await load({ 'build.conf': 'POST_BUILD_HC=true' }))?.health).toEqual(defaults);
    expect((await load({ 'build.conf': 'POST_BUILD_HC=yes' }))?.health).toEqual(defaults);
  });

  test('takes every number', async () => {
    const names = ['MAX_DURATION', 'INTERVAL', 'TIMEOUT', 'START_PERIOD', 'RETRIES', 'MIN_HEALTHY_STREAK'];
    const lines = names.map((name, index) => `POST_BUILD_HC_${name}=${[90, 2, 3, 0, 5, 6][index]}`);
    expect((await load({ 'build.conf': ['POST_BUILD_HC=true', ...lines].join('\n') }))?.health).toEqual({
      ...{ maxDuration: 90, interval: 2, timeout: 3, startPeriod: 0, retries: 5, minHealthyStreak: 6 },
    });
  });

  test('refuses what is no number, and what cannot be met in time', async () => {
    const conf = 'POST_BUILD_HC=true\nPOST_BUILD_HC_INTERVAL=0\nPOST_BUILD_HC_TIMEOUT=5s\n';
    expect(
      (await faults({ 'build.conf': conf })).map(({ message, at }) => `${at?.line}: ${message}`),
    ).toEqual([
      '2: cannot use POST_BUILD_HC_INTERVAL="0" of image "web/x": it must be a whole number of at least 1',
      '3: cannot use POST_BUILD_HC_TIMEOUT="5s" of image "web/x": it must be a whole number of at least 1',
    ]);
    const hasty = 'POST_BUILD_HC=true\nPOST_BUILD_HC_INTERVAL=10\n';
    expect(await faults({ 'build.conf': hasty })).toMatchObject([
      {
        message: expect.stringContaining(
          '5 healthy answers, one every 10 s, do not fit into 3 + 30 s',
        ) as string,
        hint: "set POST_BUILD_HC_MAX_DURATION='50', or more",
      },
    ]);
  });
});

describe('test.yaml', () => {
  const places = async (text: string): Promise<readonly string[]> =>
    (await faults({ 'test.yaml': text })).map(
      ({ message, at, hint }) =>
        `${at?.line}:${at?.column} ${message}${hint === undefined ? '' : ` (${hint})`}`,
    );

  test('may say everything', async () => {
    const text = `
readOnly: false
writable: [/tmp, /run]
capabilities: default
user: www-data:www-data
env: { A: b }
timeout: 2.5
commands:
  - { name: n, run: [a, b], workingDir: /, stdin: x, exitCode: 3, stdout: y, stderr: { contains: [z, z2] }, readOnly: true }
  - { args: [], inService: false }
  - { run: jq --version, inService: true }
files: [{ path: /a, exists: true, type: file, mode: "4755", owner: "0:0", target: b, content: { equals: "", matches: x } }]
ports: [80]
http: [{ port: 80, path: /?a=b, request: { method: POST, headers: { A: b }, body: c }, status: 201, headers: { D: e }, body: f, timeout: 1 }]
`;
    expect((await load({ 'test.yaml': text }))?.file).toMatchObject({ capabilities: 'default', ports: [80] });
    expect((await load({ 'test.yaml': '' }))?.file).toEqual({});
  });

  test('tells all its faults at once, each with its place', async () => {
    const text = `comands: []
readOnly: maybe
files:
  - path: etc/x
    mode: 0644
  - mode: "9"
commands:
  - run: jq --version | grep 1
  - run: []
    args: []
  - run: [a]
    stdout: { contain: x }
  - run: [a]
    stdout: 5
ports: [0, http]
http:
  - body: { matches: '[' }
    headers: { Server: { starts: a } }
`;
    expect(await places(text)).toEqual([
      '1:1 cannot read "comands": there is no such key (did you mean "commands"?)',
      '2:11 cannot read "readOnly": it must be true or false',
      '4:11 cannot read "files[0].path": it must be an absolute path',
      '5:11 cannot read "files[0].mode": it must be text (put it in quotes)',
      '6:5 cannot read "files[1].path": it is missing',
      '6:11 cannot read "files[1].mode": it must be octal digits in quotes, such as "0644"',
      '8:10 cannot read "commands[0].run": it must be plain words, or a list: [sh, -c, "…"]',
      '9:5 cannot read "commands[1]": it must have either run or args',
      '9:10 cannot read "commands[1].run": it must name a command',
      '12:15 cannot read "commands[2].stdout.contain": there is no such key (did you mean "contains"?)',
      '14:13 cannot read "commands[3].stdout": it must be text (put it in quotes), or it must be a mapping of keys to values',
      '15:9 cannot read "ports[0]": it must be at least 1',
      '15:12 cannot read "ports[1]": it must be a whole number',
      '17:22 cannot read "http[0].body.matches": it must be a regular expression; in YAML, put it in single quotes',
      '18:26 cannot read "http[0].headers.Server.starts": there is no such key (known keys: equals, contains, matches)',
    ]);
  });

  test('a command has either run or args, and in the service run', async () => {
    expect(
      await places(
        'commands: [{ stdin: x }, { run: a, args: [] }, { args: [], inService: true }, { run: a, inService: true, readOnly: false }]',
      ),
    ).toEqual([
      '1:12 cannot read "commands[0]": it must have either run or args',
      '1:26 cannot read "commands[1]": it must have either run or args',
      '1:48 cannot read "commands[2]": with inService it must have run',
      '1:79 cannot read "commands[3]": with inService, readOnly, writable and capabilities are those of the file: it shares the container',
    ]);
  });
});
