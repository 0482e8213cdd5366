import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  parseContainerName,
  parseEnv,
  parsePublish,
  parseVolume,
  readEnvFile,
} from '../../../src/cli/run-options.ts';
import { useTempDir } from '../../support/use-temp-dir.ts';

const dir = useTempDir();

it.each([
  ['8080:80', 8080, 80, 'tcp'],
  ['8080:80/tcp', 8080, 80, 'tcp'],
  ['127.0.0.1:53:5300/udp', 53, 5300, 'udp'],
  ['127.0.0.1::80', 0, 80, 'tcp'],
  ['80', 0, 80, 'tcp'],
  ['0:65535', 0, 65535, 'tcp'],
])('-p %s', (text, hostPort, containerPort, protocol) => {
  expect(parsePublish(text)).toEqual({ hostPort, containerPort, protocol });
});

it.each([
  ['', 'it is no port'],
  ['http', 'it is no port'],
  ['80/sctp', 'it is no port'],
  ['8000-8010:80', 'it is no port'],
  ['0.0.0.0:8080:80', '127.0.0.1 only, not on "0.0.0.0"'],
  ['[::1]:8080:80', '127.0.0.1 only, not on "[::1]"'],
  [':8080:80', '127.0.0.1 only, not on ""'],
  ['0', 'from 1 to 65535'],
  ['65536:80', 'from 1 to 65535'],
])('-p %s is refused', (text, reason) => {
  expect(() => parsePublish(text)).toThrow(
    expect.objectContaining({ code: 'USAGE_INVALID', message: expect.stringContaining(reason) as unknown }),
  );
});

it.each([
  ['/host:/in', '/host', false],
  ['./a/b:/in:ro', '/here/a/b', true],
  ['../c:/in:rw', '/c', false],
  ['.:/in', '/here', false],
])('-v %s', (text, hostPath, readOnly) => {
  expect(parseVolume(text, '/here')).toEqual({ hostPath, containerPath: '/in', readOnly });
});

it('-v with a name says what to use instead', () => {
  expect(() => parseVolume('data:/in', '/here')).toThrow(
    expect.objectContaining({ code: 'USAGE_INVALID', hint: 'use a folder: -v ./data:/in' }),
  );
});

it.each(['', '/host', '/host:in', '/host:/', '/host:/in:z', '/host:/in:ro:x'])('-v %s is refused', (text) => {
  expect(() => parseVolume(text, '/')).toThrow(expect.objectContaining({ code: 'USAGE_INVALID' }));
});

it.each([
  ['A=1', 'A=1'],
  ['A=', 'A='],
  ['A=b=c\nd', 'A=b=c\nd'],
  ['FROM_CALLER', 'FROM_CALLER=x y'],
  ['NOT_SET', undefined],
])('-e %s', (text, expected) => {
  expect(parseEnv(text, { FROM_CALLER: 'x y' })).toBe(expected);
});

it.each(['', '=x', 'A B=c'])('-e "%s" is refused', (text) => {
  expect(() => parseEnv(text, {})).toThrow(expect.objectContaining({ code: 'USAGE_INVALID' }));
});

it('--env-file has lines as -e takes them', async () => {
  writeFileSync(join(dir, 'env'), '# comment\nA="quoted"\n\nFROM_CALLER\r\nNOT_SET\n');
  expect(await readEnvFile('env', dir, { FROM_CALLER: 'x' })).toEqual(['A="quoted"', 'FROM_CALLER=x']);
  await expect(readEnvFile('missing', dir, {})).rejects.toMatchObject({ code: 'USAGE_INVALID' });
});

it('--name is fit for a host name', () => {
  expect(parseContainerName('web-1.x_y')).toBe('web-1.x_y');
  for (const name of ['', '-x', 'a b', 'a/b', 'x'.repeat(64)])
    expect(() => parseContainerName(name)).toThrow(expect.objectContaining({ code: 'USAGE_INVALID' }));
});
