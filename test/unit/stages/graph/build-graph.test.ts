import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderError } from '../../../../src/cli/render-error.ts';
import type { ImageId } from '../../../../src/model/image-id.ts';
import { buildGraph } from '../../../../src/stages/graph/index.ts';
import { faultsOf } from '../../../support/faults-of.ts';
import { makeProject, plainSettings } from '../../../support/make-project.ts';

const project = makeProject(
  {
    'base/glibc': {},
    'base/debian': {},
    'web/apache2': { parent: 'base/glibc' },
    'web/php': { parent: 'web/apache2' },
    'web/nginx': { parent: 'base/glibc' },
    'lang/python': {},
  },
  { debian: {}, other: {} },
);

const order = (targets: readonly string[], defaultNamespace?: string): readonly string[] =>
  buildGraph(project, targets, defaultNamespace === undefined ? {} : { defaultNamespace }).images.map(
    ({ definition }) => definition.id,
  );

const messagesOf = async (work: () => unknown): Promise<readonly string[]> =>
  (await faultsOf(work)).map(({ code, message }) => `${code} ${message}`);

describe('targets', () => {
  test.each([
    ['one image', ['web/php'], ['base/glibc', 'web/apache2', 'web/php']],
    ['a namespace', ['web'], ['base/glibc', 'web/apache2', 'web/nginx', 'web/php']],
    ['a namespace with a slash', ['base/'], ['base/debian', 'base/glibc']],
    ['an image with slashes', ['web/nginx//'], ['base/glibc', 'web/nginx']],
    ['one twice', ['lang', 'lang/python'], ['lang/python']],
    ['none', [], ['base/debian', 'base/glibc', 'lang/python', 'web/apache2', 'web/nginx', 'web/php']],
  ])('%s', (_title, targets, expected) => {
    expect(order(targets)).toEqual(expected);
  });

  test('a bare name is an image of the default namespace', () => {
    expect(order(['nginx'], 'web')).toEqual(['base/glibc', 'web/nginx']);
  });

  test('a namespace wins over an image of the same name', () => {
    const both = makeProject({ 'a/b': {}, 'b/x': {} });
    const ids = buildGraph(both, ['b'], { defaultNamespace: 'a' }).images.map(
      ({ definition }) => definition.id,
    );
    expect(ids).toEqual(['b/x']);
  });

  test('the only namespace is the default one', () => {
    const single = makeProject({ 'a/b': {} });
    expect(buildGraph(single, ['b']).images).toHaveLength(1);
  });

  test('mark what was asked for', () => {
    const { images } = buildGraph(project, ['web/apache2']);
    expect(images.map(({ definition, requested }) => [definition.id, requested])).toEqual([
      ['base/glibc', false],
      ['web/apache2', true],
    ]);
  });

  test.each([
    ['web/ngnix', 'did you mean "web/nginx"?'],
    ['weeb', 'did you mean "web"?'],
    ['python', 'did you mean "lang/python"?'],
    ['base/nginx', 'did you mean "web/nginx"?'],
    ['zzzzzzzz', 'kubler list'],
    ['../etc', 'kubler list'],
    ['', 'kubler list'],
  ])('unknown ones are named: %j', async (target, hint) => {
    const [fault] = await faultsOf(() => buildGraph(project, [target]));
    expect(fault).toMatchObject({ code: 'GRAPH_UNKNOWN_TARGET', hint });
    expect(fault?.message).toBe(`cannot find target "${target}": there is no such namespace or image`);
  });

  test('a near name in the default namespace is suggested as it was typed', async () => {
    const [fault] = await faultsOf(() => buildGraph(project, ['ngnix'], { defaultNamespace: 'web' }));
    expect(fault?.hint).toBe('did you mean "nginx"?');
  });

  test('a project without images says how to make one', async () => {
    const [fault] = await faultsOf(() => buildGraph(makeProject({}), ['x']));
    expect(fault?.hint).toBe('there are no images yet: kubler new image NAMESPACE/NAME');
    expect(buildGraph(makeProject({}), [])).toEqual({ images: [], builders: [] });
  });
});

describe('images that are copied from', () => {
  const copies = new Map<ImageId, readonly ImageId[]>([
    ['web/nginx', ['lang/python']],
    ['lang/python', ['base/glibc']],
  ]);

  test('come along, before what copies from them', () => {
    const { images } = buildGraph(project, ['web/nginx'], { copies });
    const ids = images.map(({ definition }) => definition.id);
    expect(ids).toContain('lang/python');
    expect(ids.at(-1)).toBe('web/nginx');
    expect(images.at(-1)?.copies).toEqual(['lang/python']);
  });

  test('make cycles, too', async () => {
    const round = new Map<ImageId, readonly ImageId[]>([['base/glibc', ['web/nginx']]]);
    const [fault] = await faultsOf(() => buildGraph(project, ['web/nginx'], { copies: round }));
    expect(fault?.message).toBe('cannot order images: base/glibc → web/nginx → base/glibc is a cycle');
  });
});

test('children are those of the graph, in order', () => {
  const { images } = buildGraph(project, ['web/php', 'web/nginx']);
  expect(images.find(({ definition }) => definition.id === 'base/glibc')).toMatchObject({
    children: ['web/apache2', 'web/nginx'],
  });
  const [glibc] = buildGraph(project, ['web/php']).images;
  expect(glibc?.children).toEqual(['web/apache2']);
  expect(glibc).not.toHaveProperty('parent');
});

describe('builders', () => {
  const builders = {
    debian: {},
    fat: { base: undefined, extends: 'debian' },
    'web/debian': { base: undefined, extends: 'fat' },
    'web/java': { base: undefined, extends: 'debian' },
    unused: {},
  };

  test('an image has its own, else its parent’s, else the default one', () => {
    const { images } = buildGraph(
      makeProject(
        {
          'base/a': {},
          'base/b': { builder: 'fat' },
          'lang/c': { parent: 'base/b' },
          'lang/d': { parent: 'lang/c' },
          'lang/e': { parent: 'lang/d', builder: 'debian' },
          'lang/f': { settings: { ...plainSettings, defaultBuilder: 'fat' } },
        },
        builders,
      ),
      [],
    );
    expect(images.map(({ definition, builder }) => [definition.id, builder])).toEqual([
      ['base/a', 'debian'],
      ['base/b', 'fat'],
      ['lang/c', 'fat'],
      ['lang/d', 'fat'],
      ['lang/e', 'debian'],
      ['lang/f', 'fat'],
    ]);
  });

  test('a bare name is the namespace’s own builder first', () => {
    const graph = buildGraph(
      makeProject(
        { 'web/x': { builder: 'java' }, 'lang/y': { builder: 'web/java' }, 'lang/z': {} },
        builders,
      ),
      [],
    );
    expect(graph.images.map(({ builder }) => builder)).toEqual(['web/java', 'debian', 'web/java']);
    // web/java extends "debian", which in the namespace web is web/debian.
    expect(graph.builders.map(({ definition }) => [definition.name, definition.extends])).toEqual([
      ['debian', undefined],
      ['fat', 'debian'],
      ['web/debian', 'fat'],
      ['web/java', 'web/debian'],
    ]);
  });

  test('a namespace’s builder may extend its namesake of the project', () => {
    const { builders: found } = buildGraph(
      makeProject({ 'web/x': {} }, { debian: {}, 'web/debian': { base: undefined, extends: 'debian' } }),
      [],
    );
    expect(found.map(({ definition }) => [definition.name, definition.extends])).toEqual([
      ['debian', undefined],
      ['web/debian', 'debian'],
    ]);
  });

  test('only those needed are in the graph', () => {
    expect(buildGraph(makeProject({ 'a/b': {} }, builders), []).builders).toHaveLength(1);
  });
});

describe('faults', () => {
  test('an unknown parent is shown where it stands', async () => {
    const broken = makeProject({
      'base/glibc': {},
      'web/x': {
        parent: 'base/glbc',
        positions: new Map([['IMAGE_PARENT', { line: 3, column: 14, excerpt: "IMAGE_PARENT='base/glbc'" }]]),
      },
    });
    const [fault] = await faultsOf(() => buildGraph(broken, ['web/x']));
    expect(fault?.code).toBe('GRAPH_UNKNOWN_PARENT');
    expect(renderError(fault, { colour: false, debug: false, cwd: '/project' })).toBe(
      [
        'error: cannot build image "web/x": its parent "base/glbc" does not exist',
        '  --> namespaces/web/images/x/build.conf:3:14',
        '    |',
        "  3 | IMAGE_PARENT='base/glbc'",
        '    |              ^',
        'hint: did you mean "base/glibc"?',
        '',
      ].join('\n'),
    );
  });

  test('a parent of the same name in another namespace is suggested', async () => {
    const broken = makeProject({ 'base/glibc': {}, 'web/x': { parent: 'web/glibc' } });
    const [fault] = await faultsOf(() => buildGraph(broken, []));
    expect(fault?.hint).toBe('did you mean "base/glibc"?');
  });

  test('unknown builders of images and of builders, and unknown defaults', async () => {
    const broken = makeProject(
      {
        'a/x': { builder: 'debain', positions: new Map([['BUILDER', { line: 1, column: 9 }]]) },
        'a/y': { settings: { ...plainSettings, defaultBuilder: 'nothing' } },
        'a/z': { builder: 'broken' },
      },
      {
        debian: {},
        broken: {
          base: undefined,
          extends: 'gone',
          positions: new Map([['BUILDER', { line: 2, column: 9 }]]),
        },
      },
    );
    const faults = await faultsOf(() => buildGraph(broken, []));
    expect(faults.map(({ code, message, hint, at }) => [code, message, hint, at?.line])).toEqual([
      [
        'GRAPH_UNKNOWN_BUILDER',
        'cannot build image "a/x": its builder "debain" does not exist',
        'did you mean "debian"?',
        1,
      ],
      [
        'GRAPH_UNKNOWN_BUILDER',
        'cannot build image "a/y": its default builder "nothing" does not exist',
        'there are: broken, debian',
        undefined,
      ],
      [
        'GRAPH_UNKNOWN_BUILDER',
        'cannot build builder "broken": its builder "gone" does not exist',
        'there are: broken, debian',
        2,
      ],
    ]);
  });

  test('cycles of images and of builders are named whole, once', async () => {
    const broken = makeProject(
      {
        'a/z': { parent: 'a/y' },
        'a/x': { parent: 'a/z' },
        'a/y': { parent: 'a/x' },
        'b/child': { parent: 'a/y' },
        'c/self': { parent: 'c/self' },
        'd/ok': { builder: 'one' },
      },
      { debian: {}, one: { extends: 'two' }, two: { extends: 'one' } },
    );
    expect(await messagesOf(() => buildGraph(broken, []))).toEqual([
      'GRAPH_CYCLE cannot order images: a/x → a/z → a/y → a/x is a cycle',
      'GRAPH_CYCLE cannot order images: c/self → c/self is a cycle',
      'GRAPH_CYCLE cannot order builders: one → two → one is a cycle',
    ]);
  });

  test('independent ones come together', async () => {
    const broken = makeProject({
      'a/x': { parent: 'a/gone' },
      'a/y': { parent: 'a/x' },
      'a/z': { builder: 'gone' },
    });
    expect(
      (await messagesOf(() => buildGraph(broken, ['a', 'nope']))).map((message) => message.split(' ')[0]),
    ).toEqual(['GRAPH_UNKNOWN_TARGET', 'GRAPH_UNKNOWN_PARENT', 'GRAPH_UNKNOWN_BUILDER']);
  });

  test('what is not asked for is not judged', () => {
    const broken = makeProject({ 'a/ok': {}, 'a/x': { parent: 'a/gone' }, 'a/loop': { parent: 'a/loop' } });
    expect(buildGraph(broken, ['a/ok']).images).toHaveLength(1);
  });
});

test('any forest is ordered parents first, whatever the order of targets', () => {
  const forest = fc.array(fc.nat(), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(forest, fc.func(fc.integer()), (numbers, shuffle) => {
      const id = (index: number): ImageId => `n${index % 3}/i${index}`;
      const images = Object.fromEntries(
        numbers.map((number, index) => {
          const parent = number % (index + 1);
          return [id(index), parent === index ? {} : { parent: id(parent) }];
        }),
      );
      const any = makeProject(images);
      const targets = Object.keys(images);
      const ids = buildGraph(any, targets).images.map(({ definition }) => definition.id);
      const shuffled = [...targets].sort((a, b) => shuffle(a, b));
      expect(buildGraph(any, shuffled).images.map(({ definition }) => definition.id)).toEqual(ids);
      expect([...ids].sort()).toEqual([...targets].sort());
      for (const { definition } of buildGraph(any, []).images) {
        if (definition.parent !== 'scratch') {
          expect(ids.indexOf(definition.parent)).toBeLessThan(ids.indexOf(definition.id));
        }
      }
    }),
  );
});

test('a chain of fifty thousand images is ordered', () => {
  const length = 50_000;
  const images = Object.fromEntries(
    Array.from({ length }, (_, index) => [
      `n/i${index}`,
      index === 0 ? {} : { parent: `n/i${index - 1}` as ImageId },
    ]),
  );
  expect(buildGraph(makeProject(images), [`n/i${length - 1}`]).images).toHaveLength(length);
});

describe('imported images', () => {
  const onImported = makeProject({
    'web/app': { parent: 'vendor/base' },
    'web/child': { parent: 'web/app' },
  });
  const imported = new Set<ImageId>(['vendor/base']);

  test('are parents that nothing is built for', () => {
    const { images } = buildGraph(onImported, [], { imported });
    expect(
      images.map(({ definition, parent, imported: below, builder }) => [
        definition.id,
        parent,
        below,
        builder,
      ]),
    ).toEqual([
      ['web/app', undefined, 'vendor/base', 'debian'],
      ['web/child', 'web/app', undefined, 'debian'],
    ]);
  });

  test('are unknown unless they are there', async () => {
    expect(await messagesOf(() => buildGraph(onImported, []))).toEqual([
      'GRAPH_UNKNOWN_PARENT cannot build image "web/app": its parent "vendor/base" does not exist',
    ]);
  });

  test('give way to an image of the project of the same name', () => {
    const own = makeProject({ 'vendor/base': {}, 'web/app': { parent: 'vendor/base' } });
    const { images } = buildGraph(own, [], { imported });
    expect(images.map(({ definition, parent }) => [definition.id, parent])).toEqual([
      ['vendor/base', undefined],
      ['web/app', 'vendor/base'],
    ]);
  });
});

describe('package managers', () => {
  const base = { kind: 'tarball', suite: 'x', location: '/x.tar', sha256: 'ab' } as const;
  const builders = {
    debian: {},
    alpine: { packageManager: 'apk', base },
    fat: { packageManager: undefined, base: undefined, extends: 'alpine' },
  } as const;

  test('a builder has that of the one it extends', () => {
    const { builders: ordered } = buildGraph(makeProject({ 'a/b': { builder: 'fat' } }, builders), []);
    expect(ordered.map(({ packageManager }) => packageManager)).toEqual(['apk', 'apk']);
  });

  test('a chain of images has one', () => {
    const images = { 'a/parent': {}, 'a/child': { parent: 'a/parent', builder: 'fat' } } as const;
    expect(() => buildGraph(makeProject(images, builders), [])).toThrow(
      'cannot build image "a/child": its builder has apk, and that of its parent "a/parent" has apt',
    );
  });

  test('a builder cannot have another than the one it extends', () => {
    const mixed = { ...builders, fat: { ...builders.fat, packageManager: 'apt' } } as const;
    expect(() => buildGraph(makeProject({ 'a/b': { builder: 'fat' } }, mixed), [])).toThrow(
      `cannot use PACKAGE_MANAGER='apt' in builder "fat": the builder it extends has apk`,
    );
  });
});
