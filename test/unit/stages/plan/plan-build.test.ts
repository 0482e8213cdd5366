import { describe, expect, it } from 'vitest';
import type { ImageId } from '../../../../src/model/image-id.ts';
import type { ImageRecord } from '../../../../src/model/image-record.ts';
import { buildGraph } from '../../../../src/stages/graph/index.ts';
import { planBuild, type BuildPlan, type Force, type PlanFacts } from '../../../../src/stages/plan/index.ts';
import { makeProject } from '../../../support/make-project.ts';

const project = makeProject({
  'web/base': {},
  'web/app': { parent: 'web/base' },
  'web/other': {},
});
const graph = buildGraph(project, [], {});

const users = ['builder debian', 'web/base', 'web/app', 'web/other'];

const facts: PlanFacts = {
  indexes: new Map(users.map((user) => [user, 'index-1'])),
  folders: new Map([
    ['web/base', new Map([['build.sh', 'b1']])],
    ['web/app', new Map([['build.sh', 'a1']])],
  ]),
  scripts: new Map([
    ['core.sh', 'core-1'],
    ['apt/install.sh', 'install-1'],
    ['apt/extract.sh', 'extract-1'],
  ]),
  records: new Map(),
  failed: new Map(),
  testScripts: new Map(),
  snapshots: new Set(),
  intact: new Set(),
};

/** What exists after everything of a plan was built. */
function afterBuild(plan: BuildPlan, before: PlanFacts): PlanFacts {
  const records = plan.images.map(({ definition, key, inputs }) => {
    const record = { id: definition.id, key, inputs, targetSnapshot: `target of ${definition.id}` };
    return [definition.id, record as unknown as ImageRecord] as const;
  });
  const snapshots = plan.builders.flatMap(({ key, base }) => [key, base]);
  return {
    ...before,
    records: new Map(records),
    snapshots: new Set([...snapshots, ...records.map(([id]) => `target of ${id}`)]),
    intact: new Set(records.map(([id]) => id)),
  };
}

const built = afterBuild(planBuild(graph, facts), facts);

const decisions = (now: PlanFacts, force?: Force): Readonly<Record<string, string>> =>
  Object.fromEntries(
    planBuild(graph, now, force).images.map(({ definition, action, reason }) => [
      definition.id,
      `${action}: ${reason}`,
    ]),
  );

const changed = (id: string, file: string): PlanFacts => ({
  ...built,
  folders: new Map([...built.folders, [id, new Map([[file, 'new']])]]),
});

describe('planBuild', () => {
  it('builds everything the first time', () => {
    expect(decisions(facts)).toEqual({
      'web/base': 'build: new',
      'web/app': 'build: new',
      'web/other': 'build: new',
    });
    expect(planBuild(graph, facts).builders.map(({ action }) => action)).toEqual(['build']);
  });

  it('skips everything when nothing changed', () => {
    const skipped = 'skip: unchanged';
    expect(decisions(built)).toEqual({ 'web/base': skipped, 'web/app': skipped, 'web/other': skipped });
    expect(planBuild(graph, built).builders.map(({ reason }) => reason)).toEqual(['ready']);
  });

  it('builds a changed image and its children, and says what changed', () => {
    expect(decisions(changed('web/base', 'build.sh'))).toEqual({
      'web/base': 'build: build.sh changed',
      'web/app': 'build: parent web/base changed',
      'web/other': 'skip: unchanged',
    });
  });

  it('takes a file for one, whatever it is called', () => {
    expect(decisions(changed('web/other', 'variables'))['web/other']).toBe('build: ./variables added');
    const known = afterBuild(planBuild(graph, changed('web/other', 'settings')), built);
    const other = {
      ...known,
      folders: new Map([...known.folders, ['web/other', new Map([['settings', 'x']])]]),
    };
    expect(decisions(other)['web/other']).toBe('build: ./settings changed');
  });

  it('leaves a parent alone when only its child changed', () => {
    expect(decisions(changed('web/app', 'README.md'))).toMatchObject({
      'web/base': 'skip: unchanged',
      'web/app': 'build: README.md added, build.sh removed',
    });
  });

  it('builds everything after an update of the package index', () => {
    const updated = decisions({ ...built, indexes: new Map(users.map((user) => [user, 'index-2'])) });
    expect(updated['web/other']).toBe('build: builder debian changed, package index changed');
  });

  it('builds only images with package sources of their own after an update of those', () => {
    const indexes = new Map([...facts.indexes, ['web/other', 'index-2']]);
    expect(decisions({ ...built, indexes })).toEqual({
      'web/base': 'skip: unchanged',
      'web/app': 'skip: unchanged',
      'web/other': 'build: package index changed',
    });
  });

  it('tells an image from a builder of the same name', () => {
    const indexed = new Map([...built.folders, ['builder web/base', new Map([['build.sh', 'new']])]]);
    expect(decisions({ ...built, folders: indexed })['web/base']).toBe('skip: unchanged');
  });

  describe('when a script that works in containers changes', () => {
    const planWith = (script: string, from = graph) =>
      planBuild(from, { ...built, scripts: new Map([...facts.scripts, [script, 'new']]) });
    const keys = ({ builders, images }: BuildPlan) => ({
      base: builders[0]?.base,
      builder: builders[0]?.key,
      image: images[0]?.key,
      install: images[0]?.installScripts,
    });
    const before = keys(planBuild(graph, built));

    it('makes the base anew for one that installs packages', () => {
      const after = keys(planWith('apt/install.sh'));
      expect(after.base).not.toBe(before.base);
      expect(after.install).not.toBe(before.install);
    });

    it('keeps the base, but not the builder, for one of hooks', () => {
      const after = keys(planWith('core.sh'));
      expect(after).toMatchObject({ base: before.base, install: before.install });
      expect(after.builder).not.toBe(before.builder);
      expect(after.image).not.toBe(before.image);
    });

    it('builds extracted images only for the one that extracts', () => {
      expect(keys(planWith('apt/extract.sh'))).toEqual(before);
      const extracted = buildGraph(makeProject({ 'web/base': { installMode: 'extracted' } }), [], {});
      const after = keys(planWith('apt/extract.sh', extracted));
      expect([after.base, after.builder]).toEqual([before.base, before.builder]);
      expect(after.install).not.toBe(keys(planBuild(extracted, built)).install);
    });
  });

  describe('on a base from an image', () => {
    const base = { kind: 'image', suite: 'bookworm', reference: 'debian:12' } as const;
    const standing = buildGraph(
      makeProject(
        { 'web/base': { builder: 'child' } },
        { debian: { base }, child: { extends: 'debian', base: undefined } },
      ),
      [],
      {},
    );
    const planOn = (id: string) =>
      planBuild(standing, { ...facts, baseImages: new Map([['debian', id]]) }).builders;

    it('makes it anew when its tag is that of another image', () => {
      const [one, same, other] = ['sha256:1', 'sha256:1', 'sha256:2'].map((id) => planOn(id)[0]?.base);
      expect(one).toBe(same);
      expect(one).not.toBe(other);
    });

    it('tells builders that extend it which image it is', () => {
      expect(planOn('sha256:1').map(({ baseImage }) => baseImage)).toEqual(['sha256:1', 'sha256:1']);
    });
  });

  it('builds what is gone from the store', () => {
    const intact = new Set<ImageId>(['web/base', 'web/app']);
    expect(decisions({ ...built, intact })['web/other']).toBe('build: its layers are no longer in the store');
  });

  it('builds a parent again when its child needs a target root that was cleaned away', () => {
    const now = changed('web/app', 'build.sh');
    const snapshots = new Set([...now.snapshots].filter((id) => id !== 'target of web/base'));
    expect(decisions({ ...now, snapshots })).toMatchObject({
      'web/base': 'build: its target root was cleaned away',
      'web/app': 'build: build.sh changed',
    });
    expect(decisions({ ...built, snapshots })).toMatchObject({ 'web/base': 'skip: unchanged' });
  });

  it('forces the targets only, or everything with them', () => {
    const some = buildGraph(project, ['web/app'], {});
    const actions = (force: Force) => planBuild(some, built, force).images.map(({ action }) => action);
    expect(actions('requested')).toEqual(['skip', 'build']);
    expect(actions('all')).toEqual(['build', 'build']);
  });

  it('builds the children of a forced parent with it', () => {
    const both = buildGraph(project, ['web/base', 'web/app'], {});
    expect(planBuild(both, built, 'requested').images.map(({ reason }) => reason)).toEqual([
      'forced',
      'forced',
    ]);
    const forced = planBuild(both, built, 'requested').images.map((step) => step.forced);
    expect(forced).toEqual([true, true]);
  });

  it('builds a child whose parent was built again with other content', () => {
    const records = new Map(built.records);
    const parent = records.get('web/base');
    if (parent) records.set('web/base', { ...parent, configDigest: 'sha256:other' });
    expect(decisions({ ...built, records })).toMatchObject({
      'web/base': 'skip: unchanged',
      'web/app': 'build: parent web/base has other content',
    });
  });

  describe('of an image with tests', () => {
    const tests = { buildTest: true, health: undefined, file: undefined };
    const tested = buildGraph(makeProject({ 'web/other': { tests } }), [], {});
    const scripts = (digest: string): PlanFacts => ({
      ...built,
      testScripts: new Map([['web/other', digest]]),
    });
    const decide = (now: PlanFacts): string | undefined =>
      planBuild(tested, now).images.map(({ action, reason }) => `${action}: ${reason}`)[0];
    const [step] = planBuild(tested, scripts('t1')).images;
    const former = built.records.get('web/other');
    const record = { ...former, tests: { key: step?.testKey, results: [] } } as unknown as ImageRecord;
    const records = new Map<ImageId, ImageRecord>([['web/other', record]]);

    it('tests one that was built without them', () => {
      expect(decide(scripts('t1'))).toBe('test: its tests changed');
    });

    it('skips one that passed them, and tests it again when they change', () => {
      expect(decide({ ...scripts('t1'), records })).toBe('skip: unchanged');
      expect(decide({ ...scripts('t2'), records })).toBe('test: its tests changed');
    });

    it('does not count one that failed as built', () => {
      const failed = { ...scripts('t1'), records: new Map(), failed: records };
      expect(decide(failed)).toBe('test: its tests failed before');
      expect(decide({ ...failed, folders: changed('web/other', 'build.sh').folders })).toBe('build: new');
    });
  });
});

describe('an image that another one copies from', () => {
  const copies = new Map<ImageId, readonly ImageId[]>([['web/other', ['web/app']]]);
  const copying = buildGraph(project, [], { copies });
  const after = (now: PlanFacts): PlanFacts => {
    const facts_ = afterBuild(planBuild(copying, now), now);
    const ids = [...facts_.records.keys()];
    const digestOf = (id: ImageId) => `sha256:${id}` as const;
    const records = ids.map((id): readonly [ImageId, ImageRecord] => {
      const record = facts_.records.get(id) as ImageRecord;
      const parentDigest = id === 'web/app' ? { parentDigest: digestOf('web/base') } : {};
      const copied = id === 'web/other' ? { copied: { 'web/app': digestOf('web/app') } } : {};
      return [id, { ...record, configDigest: digestOf(id), ...parentDigest, ...copied }];
    });
    return { ...facts_, records: new Map(records) };
  };
  const reasonOf = (now: PlanFacts): string | undefined =>
    planBuild(copying, now).images.find(({ definition }) => definition.id === 'web/other')?.reason;
  const ready = after(facts);

  it('is in its key', () => {
    expect(reasonOf(ready)).toBe('unchanged');
    const files = new Map([...ready.folders, ['web/app', new Map([['build.sh', 'a2']])] as const]);
    expect(reasonOf({ ...ready, folders: files })).toBe('copied web/app changed');
  });

  it('is looked at for its content, too', () => {
    const record = ready.records.get('web/app') as ImageRecord;
    const records = new Map([
      ...ready.records,
      ['web/app', { ...record, configDigest: 'sha256:new' }] as const,
    ]);
    expect(reasonOf({ ...ready, records: records })).toBe('copied image web/app has other content');
  });
});

describe('an image on an imported one', () => {
  const onImported = makeProject({ 'web/app': { parent: 'vendor/base' } });
  const graphOf = buildGraph(onImported, [], { imported: new Set<ImageId>(['vendor/base']) });
  const withImport = (key: string): PlanFacts => ({
    ...facts,
    imports: new Map([['vendor/base', { id: 'vendor/base', key } as unknown as ImageRecord]]),
  });

  it('is built again when another tarball was imported', () => {
    const first = planBuild(graphOf, withImport('one'));
    const after = { ...afterBuild(first, withImport('one')) };
    expect(first.images[0]?.imported?.id).toBe('vendor/base');
    expect(planBuild(graphOf, after).images[0]?.reason).toBe('unchanged');
    const changedImport = { ...after, imports: withImport('two').imports! };
    expect(planBuild(graphOf, changedImport).images[0]?.reason).toBe('parent vendor/base changed');
  });
});

it('keeps builders apart from images that the original would have committed under their name', () => {
  const named = makeProject(
    { 'a/musl': { builder: 'a/bob' }, 'a/child': { parent: 'a/musl' }, 'a/other': { builder: 'a/bob-musl' } },
    { 'a/bob': {}, 'a/bob-musl': {} },
  );
  const names = ['builder a/bob', 'builder a/bob-musl', 'a/musl', 'a/child', 'a/other'];
  const plan = planBuild(buildGraph(named, []), {
    ...facts,
    indexes: new Map(names.map((name) => [name, 'index-1'])),
    folders: new Map([['builder a/bob-musl', new Map([['build.sh', 'musl']])]]),
  });
  const keys = [...plan.builders, ...plan.images].map(({ key }) => key);
  expect(new Set(keys).size).toBe(names.length);
});
