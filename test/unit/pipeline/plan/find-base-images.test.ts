import { expect, it } from 'vitest';
import { KublerError } from '../../../../src/errors.ts';
import { findBaseImages } from '../../../../src/pipeline/plan/find-base-images.ts';
import type { Workspace } from '../../../../src/pipeline/workspace.ts';
import type { ImageStore } from '../../../../src/ports/image-store.ts';
import { buildGraph } from '../../../../src/stages/graph/index.ts';
import { makeProject } from '../../../support/make-project.ts';

const positions = new Map([['BUILDER_BASE', { line: 2, column: 14 }]]);
const onImage = (reference: string) =>
  ({ base: { kind: 'image', suite: 'bookworm', reference }, positions }) as const;

const graphOf = (...references: readonly string[]) => {
  const names = references.map((_, at) => `b${at}`);
  const builders = Object.fromEntries(references.map((each, at) => [`b${at}`, onImage(each)]));
  const images = Object.fromEntries(names.map((builder) => [`web/${builder}`, { builder }]));
  return buildGraph(makeProject(images, builders), [], {});
};

/** An engine that has `debian:12` alone. */
function workspaceOf(engine: string) {
  const asked: (string | undefined)[] = [];
  const store = {
    engine: 'docker',
    idOf: (image: string) => Promise.resolve(image === 'debian:12' ? 'sha256:12' : undefined),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  } as unknown as ImageStore;
  const openImageStore: Workspace['openImageStore'] = (name) => {
    asked.push(name);
    return Promise.resolve(store);
  };
  return {
    asked,
    workspace: { engine: { name: () => Promise.resolve(engine) }, openImageStore } as unknown as Workspace,
  };
}

it('finds the IDs of images that bases are made from', async () => {
  const { workspace } = workspaceOf('native');
  expect(await findBaseImages(workspace, graphOf('debian:12'))).toEqual(new Map([['b0', 'sha256:12']]));
});

it.each([
  ['native', undefined],
  ['docker', 'docker'],
  ['podman', 'podman'],
])('with the engine %s, asks %s', async (engine, expected) => {
  const { asked, workspace } = workspaceOf(engine);
  await findBaseImages(workspace, graphOf('debian:12'));
  expect(asked).toEqual([expected]);
});

it('asks no engine where no base is an image', async () => {
  const { asked, workspace } = workspaceOf('docker');
  expect(await findBaseImages(workspace, buildGraph(makeProject({ 'web/a': {} }), [], {}))).toEqual(
    new Map(),
  );
  expect(asked).toEqual([]);
});

it('names every image that is not there, and the line that names it', async () => {
  const { workspace } = workspaceOf('docker');
  await expect(findBaseImages(workspace, graphOf('no/such', 'debian:12', 'nor:this'))).rejects.toMatchObject({
    errors: [
      {
        ...{ code: 'ENGINE_REFUSED', hint: 'docker pull no/such' },
        message: 'cannot make the base of builder "b0": docker has no image "no/such"',
        at: { file: '/project/builders/b0/build.conf', line: 2, column: 14 },
      },
      { hint: 'docker pull nor:this' },
    ],
  });
});

it('says whose base it is that takes an engine', async () => {
  const { workspace } = workspaceOf('native');
  const fault = new KublerError('ENGINE_UNAVAILABLE', 'cannot use Docker');
  const without = { ...workspace, openImageStore: () => Promise.reject(fault) };
  await expect(findBaseImages(without, graphOf('debian:12'))).rejects.toMatchObject({
    ...{ code: 'ENGINE_UNAVAILABLE', at: { line: 2 } },
    message: 'cannot make the base of builder "b0": cannot use Docker',
  });
});
