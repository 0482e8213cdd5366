import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ImageId } from '../../../../src/model/image-id.ts';
import type { ImageDefinition } from '../../../../src/model/project.ts';
import { planDockerfiles } from '../../../../src/pipeline/plan/plan-dockerfiles.ts';
import type { Workspace } from '../../../../src/pipeline/workspace.ts';
import { buildGraph } from '../../../../src/stages/graph/index.ts';
import { makeProject } from '../../../support/make-project.ts';
import { useTempDir } from '../../../support/use-temp-dir.ts';
import { writeTree } from '../../../support/write-tree.ts';

const temp = useTempDir();
let count = 0;

/** Plans `a/parent` and its child `a/child`; `built` is the environment of a parent that is left out. */
async function planFamily(parent: string, child: string, built?: readonly string[]) {
  const dir = join(temp, `family-${++count}`);
  writeTree(dir, { 'parent/Dockerfile.template': parent, 'child/Dockerfile.template': child });
  const fields = { 'a/parent': {}, 'a/child': { parent: 'a/parent' as ImageId } };
  const definitions = Object.entries(fields).map(([id, own]): [string, Partial<ImageDefinition>] => [
    id,
    { ...own, dir: join(dir, id.slice(2)) },
  ]);
  const workspace = {
    records: { read: () => Promise.resolve(built && { configDigest: 'sha256:0' }) },
    layout: { readConfig: () => Promise.resolve({ config: { Env: built } }) },
  } as unknown as Workspace;
  const excluded = new Set<ImageId>(built && ['a/parent']);
  const project = makeProject(Object.fromEntries(definitions));
  return planDockerfiles(workspace, project, buildGraph(project, []), excluded);
}

const plain = 'FROM ${IMAGE_PARENT}\nADD rootfs.tar /\n';
const usingPort = `${plain}EXPOSE $PORT\n`;
const places = ({ faults }: Awaited<ReturnType<typeof planFamily>>): readonly string[] =>
  [...faults.values()].flat().map(({ at }) => `${at?.file.split('/').slice(-2).join('/')}:${at?.line}`);

describe('the Dockerfile of a child', () => {
  test('goes on from what the file of its parent says, built or not', async () => {
    const { dockerfiles, faults } = await planFamily(`${plain}ENV PORT=80\nUSER 7\n`, usingPort);
    expect([...faults]).toEqual([]);
    expect(dockerfiles.get('a/child')?.config).toMatchObject({ User: '7', ExposedPorts: { '80/tcp': {} } });
  });

  test('is checked with the ONBUILD triggers of its parent', async () => {
    expect(places(await planFamily(`${plain}ONBUILD COPY own.conf /etc/\n`, plain))).toEqual([
      'child/Dockerfile.template:1',
    ]);
  });

  test('goes on from the built parent when that is left out', async () => {
    const { dockerfiles, faults } = await planFamily('nonsense', usingPort, ['PORT=81']);
    expect([...faults]).toEqual([]);
    expect([...dockerfiles.keys()]).toEqual(['a/child']);
    expect(dockerfiles.get('a/child')?.config.ExposedPorts).toEqual({ '81/tcp': {} });
  });
});

test('the faults of all files are given, those of parents first', async () => {
  expect(places(await planFamily(`${plain}STOPSIGNAL no\nUSRE 1\n`, `${plain}COPY missing /\n`))).toEqual([
    'parent/Dockerfile.template:3',
    'parent/Dockerfile.template:4',
    'child/Dockerfile.template:3',
  ]);
});
