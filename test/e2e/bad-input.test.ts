import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { kubler } from '../support/kubler.ts';
import { requires } from '../support/requires.ts';
import { member, tarOf } from '../support/tar.ts';
import { useTempDir } from '../support/use-temp-dir.ts';
import { writeTree } from '../support/write-tree.ts';

const template = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';
const images = 'namespaces/acme/images';

const root = useTempDir();
let count = 0;

/** A new project with these files; every image folder that has no template gets the plain one. */
function project(files: Readonly<Record<string, string>>): string {
  const dir = join(root, String(++count));
  const folders = Object.keys(files).flatMap((path) => /^namespaces\/\w+\/images\/[\w-]+/.exec(path) ?? []);
  const templates = folders.map((folder) => [`${folder}/Dockerfile.template`, template]);
  writeTree(dir, { 'kubler.config.yaml': '', ...(Object.fromEntries(templates) as object), ...files });
  return dir;
}

interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly status: number;
  /** All of what standard error has to say. */
  readonly says: string;
}

const check = async ({ files, args = ['build'], status, says }: Case): Promise<void> => {
  const { exitCode, stdout, stderr } = await kubler(args, { cwd: project(files) });
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: status, stdout: '', stderr: says.trimEnd() });
};

describe('configuration', () => {
  it.each<[string, Case]>([
    [
      'an unknown key',
      {
        files: { 'kubler.config.yaml': 'engine: native\njob: 2\n' },
        status: 2,
        says: `
error: cannot read "job": there is no such key
  --> kubler.config.yaml:2:1
    |
  2 | job: 2
    | ^
hint: did you mean "jobs"?
`,
      },
    ],
    [
      'bad YAML',
      {
        files: { 'kubler.config.yaml': 'engine: native\njobs: [1\n' },
        status: 2,
        says: '',
      },
    ],
    [
      'a command substitution and backticks in build.conf, both at once',
      {
        files: { [`${images}/a/build.conf`]: "BOB_A='fine'\nBOB_B=$(date)\nBOB_C=\"x `id` y\"\n" },
        status: 2,
        says: '',
      },
    ],
    [
      'parents in a circle, and one that does not exist',
      {
        files: {
          [`${images}/a/build.conf`]: "IMAGE_PARENT='acme/b'\n",
          [`${images}/b/build.conf`]: "# first\nIMAGE_PARENT='acme/a'\n",
          [`${images}/lost/build.conf`]: "IMAGE_PARENT='acme/aa'\n",
        },
        status: 2,
        says: '',
      },
    ],
    [
      'a builder that does not exist',
      { files: { [`${images}/a/build.conf`]: "BUILDER='debain'\n" }, status: 2, says: '' },
    ],
    [
      'an unknown target',
      { files: { [`${images}/tool/build.sh`]: '' }, args: ['build', 'acme/tol'], status: 2, says: '' },
    ],
    ['an unknown option', { files: {}, args: ['build', '--job', '2'], status: 2, says: '' }],
    ['an unknown command', { files: {}, args: ['biuld'], status: 2, says: '' }],
    ['a number that is none', { files: {}, args: ['build', '-j', 'many'], status: 2, says: '' }],
    ['an argument too many', { files: {}, args: ['list', 'acme'], status: 2, says: '' }],
    [
      'a project that is not there',
      { files: {}, args: ['list', '--working-dir', '/nonexistent'], status: 2, says: '' },
    ],
    [
      'an unknown prune rule and install mode',
      {
        files: { [`${images}/a/build.conf`]: "INSTALL_MODE='extract'\n" },
        status: 2,
        says: '',
      },
    ],
    [
      'an unknown prune rule',
      { files: { [`${images}/a/build.conf`]: "PRUNE='dosc'\n" }, status: 2, says: '' },
    ],
  ])('%s', (_title, each) => check(each));
});
