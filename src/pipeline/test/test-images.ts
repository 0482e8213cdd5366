import { KublerError, throwFaults } from '../../errors.ts';
import type { Sha256 } from '../../model/digest.ts';
import type { ImageId } from '../../model/image-id.ts';
import { asksPorts, buildTestName } from '../../model/image-tests.ts';
import type { ImageDefinition, Project } from '../../model/project.ts';
import type { TestResult } from '../../model/test-report.ts';
import { buildGraph, resolveTargets } from '../../stages/graph/index.ts';
import { digestIfThere, testKeyOf } from '../../stages/plan/index.ts';
import { freezeIndexes } from '../plan/freeze-indexes.ts';
import { readFinished } from './read-finished.ts';
import { requireEngine } from '../require-engine.ts';
import { settleImage } from '../build/settle-image.ts';
import type { FinishedImage } from './test-image.ts';
import type { Workspace } from '../workspace.ts';

/** What the tests of one image said. */
export interface TestedImage {
  readonly id: ImageId;
  readonly imageId: string;
  readonly results: readonly TestResult[];
}

export interface TestRun {
  readonly images: readonly TestedImage[];
  /** One for each image that failed. */
  readonly faults: readonly KublerError[];
}

/**
 * Tests images as they are, in the order of their names; those that pass count as built afterwards, those that fail
 * do not. No target: all that were built. Throws `IMAGE_NOT_BUILT` before any is tested.
 */
export async function testImages(
  workspace: Workspace,
  project: Project,
  targets: readonly string[],
  defaultNamespace: string | undefined,
): Promise<TestRun> {
  const { ids, faults } = resolveTargets(project, targets, defaultNamespace);
  throwFaults(faults);
  const indexes = await freezeIndexes(workspace, buildGraph(project, [...ids], {}), { fetch: true });
  const images: FinishedImage[] = [];
  for (const definition of definitionsOf(project, ids)) {
    const found = await readFinished(workspace, definition.id);
    if (!found && targets.length > 0) throw notBuilt(definition.id);
    const testKey = await currentTestKey(definition);
    if (found) images.push({ ...found, definition, testKey, index: indexes.of(definition.id) });
  }
  const ports = images.some(({ definition }) => asksPorts(definition.tests));
  if (images.length > 0) await requireEngine(workspace, [], { ports });
  return runAll(workspace, images);
}

const definitionsOf = ({ images }: Project, ids: ReadonlySet<ImageId>): readonly ImageDefinition[] =>
  [...images.values()].filter(({ id }) => ids.has(id)).sort((a, b) => (a.id < b.id ? -1 : 1));

const currentTestKey = async (definition: ImageDefinition): Promise<Sha256> =>
  testKeyOf(definition, await digestIfThere(definition.dir, buildTestName));

const notBuilt = (id: ImageId): KublerError =>
  new KublerError('IMAGE_NOT_BUILT', `cannot test ${id}: it has not been built`, {
    hint: `kubler build ${id}`,
  });

async function runAll(workspace: Workspace, images: readonly FinishedImage[]): Promise<TestRun> {
  const tested: TestedImage[] = [];
  const faults: KublerError[] = [];
  for (const image of images) {
    const { report, fault } = await settleImage(workspace, image);
    const { id, configDigest } = image.record;
    tested.push({ id, imageId: configDigest, results: report.results });
    if (fault) faults.push(fault);
  }
  return { images: tested, faults };
}
