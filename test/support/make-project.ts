import type { ImageId } from '../../src/model/image-id.ts';
import { splitImageId } from '../../src/model/image-id.ts';
import type { BuilderDefinition, ImageDefinition, Project, Settings } from '../../src/model/project.ts';

/** Settings that nothing set. */
export const plainSettings: Settings = {
  engine: 'native',
  defaultBuilder: 'debian',
  maintainer: '',
  tags: ['latest'],
  prune: [],
  epoch: undefined,
  dataDir: '/data',
  jobs: 2,
  apt: {
    mirror: undefined,
    securityMirror: undefined,
    keyring: undefined,
    components: ['main'],
    sources: [],
    checkValidUntil: true,
  },
  apk: { repositories: [], keys: [] },
  portage: { mirrors: [], keyring: undefined, date: undefined },
  network: { httpProxy: undefined, httpsProxy: undefined, noProxy: undefined, caFile: undefined },
};

const makeImage = (id: ImageId, fields: Partial<ImageDefinition>): ImageDefinition => ({
  id,
  dir: `/project/namespaces/${id.replace('/', '/images/')}`,
  settings: plainSettings,
  parent: 'scratch',
  builder: undefined,
  installMode: 'configured',
  proveAllow: [],
  carve: 'packages',
  reach: [],
  keep: [],
  prune: [],
  tags: ['latest'],
  tests: { buildTest: false, health: undefined, file: undefined },
  variables: new Map(),
  positions: new Map(),
  ...fields,
});

const makeBuilder = (name: string, fields: Partial<BuilderDefinition>): BuilderDefinition => ({
  name,
  dir: `/project/builders/${name}`,
  settings: plainSettings,
  packageManager: 'apt',
  base: { kind: 'debootstrap', suite: 'bookworm' },
  extends: undefined,
  variables: new Map(),
  ...fields,
});

/** A project in memory: images and builders by name, each with what is special about it. */
export function makeProject(
  images: Readonly<Record<string, Partial<ImageDefinition>>>,
  builders: Readonly<Record<string, Partial<BuilderDefinition>>> = { debian: {} },
): Project {
  const ids = Object.keys(images) as ImageId[];
  const namespaces = [...new Set(ids.map((id) => splitImageId(id).namespace))];
  return {
    workingDir: '/project',
    settings: plainSettings,
    namespaces: new Map(
      namespaces.map((name) => [name, { name, dir: `/project/namespaces/${name}`, settings: plainSettings }]),
    ),
    images: new Map(ids.map((id) => [id, makeImage(id, images[id] ?? {})])),
    builders: new Map(Object.entries(builders).map(([name, fields]) => [name, makeBuilder(name, fields)])),
    broken: { images: new Map(), builders: new Map() },
    warnings: [],
  };
}
