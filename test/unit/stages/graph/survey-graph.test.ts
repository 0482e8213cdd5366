import { expect, test } from 'vitest';
import { KublerError } from '../../../../src/errors.ts';
import type { Project } from '../../../../src/model/project.ts';
import { buildGraph, surveyGraph, withoutImages } from '../../../../src/stages/graph/index.ts';
import { faultsOf } from '../../../support/faults-of.ts';
import { makeProject } from '../../../support/make-project.ts';

const fault = (name: string): readonly [string, readonly KublerError[]] => [
  name,
  [new KublerError('CONFIG_INVALID', `cannot load ${name}`)],
];

const project: Project = {
  ...makeProject(
    {
      'a/base': {},
      'a/good': { parent: 'a/base' },
      'a/on-bad': { parent: 'a/bad' },
      'a/further': { parent: 'a/on-bad' },
      'a/lost': { parent: 'a/nothing' },
      'a/fat': { builder: 'fat' },
      'a/leaner': { parent: 'a/fat', builder: 'debian' },
      'shared/x': {},
    },
    { debian: {}, thin: { base: undefined, extends: 'broken' } },
  ),
  broken: {
    images: new Map([fault('a/bad')]) as Project['broken']['images'],
    builders: new Map([fault('fat'), fault('broken'), fault('unused')]),
  },
};
const withShared: Project = {
  ...project,
  namespaces: new Map(
    [...project.namespaces].map(([name, each]) => [name, { ...each, isShared: name === 'shared' }]),
  ),
};

const survey = (targets: readonly string[]) => {
  const { graph, faults } = surveyGraph(withShared, targets);
  return {
    images: graph.images.map(({ definition }) => definition.id),
    faults: faults.map(({ message }) => message),
  };
};

test('what is sound is drawn, and all that is wrong is told once', () => {
  expect(survey([])).toEqual({
    images: ['a/base', 'a/good'],
    faults: [
      'cannot load a/bad',
      'cannot build image "a/lost": its parent "a/nothing" does not exist',
      'cannot load fat',
      'cannot load broken',
      'cannot load unused',
    ],
  });
});

test('what the targets do not need is no matter', async () => {
  expect(survey(['a/good'])).toEqual({ images: ['a/base', 'a/good'], faults: [] });
  expect(survey(['a/further']).faults).toEqual(['cannot load a/bad']);
  expect(survey(['a/bad']).faults).toEqual(['cannot load a/bad']);
  expect(await faultsOf(() => buildGraph(project, ['a/leaner']))).toHaveLength(1);
});

test('a namespace of the user is there when it is named', () => {
  expect(survey([]).images).not.toContain('shared/x');
  expect(survey(['shared']).images).toEqual(['shared/x']);
});

test('an image can be taken out with all that needs it', () => {
  const copies = new Map([['c/copies', ['c/child']]] as const);
  const family = makeProject({
    'c/base': {},
    'c/child': { parent: 'c/base' },
    'c/other': { parent: 'c/base' },
    'c/copies': {},
  });
  const left = withoutImages(buildGraph(family, [], { copies }), ['c/child']);
  expect(left.images.map(({ definition, children }) => [definition.id, children])).toEqual([
    ['c/base', ['c/other']],
    ['c/other', []],
  ]);
});

test('references to a namespace that is not there say so', async () => {
  const alone = makeProject(
    {
      'clone/x': { parent: 'kubler/y' },
      'clone/y': {},
      'clone/z': { parent: 'far/y2' },
      'clone/b': { builder: 'far/bob' },
    },
    { debian: {}, 'clone/bob': {} },
  );
  expect((await faultsOf(() => buildGraph(alone, []))).map(({ hint }) => hint)).toEqual([
    'did you mean "clone/y"? If this namespace is called "kubler", rename its folder',
    'there is no namespace "far" here; one in /data/namespaces/far would be found',
    'did you mean "clone/bob"? If this namespace is called "far", rename its folder',
  ]);
});
