import { expect, it } from 'vitest';
import { listIndexUsers, sourcesOf } from '../../../../src/pipeline/plan/freeze-indexes.ts';
import { buildGraph } from '../../../../src/stages/graph/index.ts';
import { makeProject, plainSettings } from '../../../support/make-project.ts';

const source = { uri: 'http://x.invalid', suite: 's', components: ['main'], keyFile: '/key' };
const settings = { ...plainSettings, apt: { ...plainSettings.apt, sources: [source] } };
const project = makeProject(
  {
    'web/app': { builder: 'fat' },
    'web/page': { parent: 'web/app' },
    'own/app': { builder: 'fat', settings },
  },
  { debian: { base: { kind: 'debootstrap', suite: 'trixie' } }, fat: { base: undefined, extends: 'debian' } },
);
const users = listIndexUsers(buildGraph(project, []));

it('everyone gets packages of the release that the base is of', () => {
  expect(users.map(({ name, root }) => `${name}: ${root.base?.suite}`)).toEqual([
    'builder debian: trixie',
    'builder fat: trixie',
    'own/app: trixie',
    'web/app: trixie',
    'web/page: trixie',
  ]);
});

it('those with the same sources share an index', () => {
  const shared = users.filter((user) => sourcesOf(user) === sourcesOf(users[0]!));
  expect(shared.map(({ name }) => name)).toEqual(['builder debian', 'builder fat', 'web/app', 'web/page']);
});
