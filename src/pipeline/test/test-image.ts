import { KublerError } from '../../errors.ts';
import type { ImageRecord } from '../../model/image-record.ts';
import { isUntested } from '../../model/image-tests.ts';
import type { ImageDefinition } from '../../model/project.ts';
import type { Sha256 } from '../../model/digest.ts';
import type { TestReport } from '../../model/test-report.ts';
import { copyFolder, openStepLog, type PackageIndex } from '../../stages/builder/index.ts';
import { lookupUser } from '../../model/lookup-user.ts';
import { addTestFiles, readContent, runTests, type TestSubject } from '../../stages/image-test/index.ts';
import { loadImage } from '../../stages/publish/index.ts';
import type { BuiltTree } from '../../store/index.ts';
import { imageProcess, readRunnable } from '../run/image-process.ts';
import { provideBusybox } from './provide-busybox.ts';
import { dataPaths, type Workspace } from '../workspace.ts';

/** An image that is complete but for what its tests say. */
export interface FinishedImage {
  readonly definition: ImageDefinition;
  readonly record: ImageRecord;
  readonly tree: BuiltTree;
  /** Hash of what it is tested for. */
  readonly testKey: Sha256;
  readonly index: PackageIndex;
}

/** Runs all tests of an image. A failed one is a result; rejects when they cannot be run. */
export async function testImage(workspace: Workspace, image: FinishedImage): Promise<TestReport> {
  const { definition, testKey } = image;
  if (isUntested(definition.tests)) return { key: testKey, results: [] };
  workspace.progress({ kind: 'stage', task: definition.id, stage: 'test' });
  await using temp = await workspace.openTempDir();
  using log = openStepLog(testLog(workspace, image));
  const subject = await makeSubject(workspace, image, temp.path, log.line);
  const results = await runTests(subject, definition.tests);
  // What an interruption stopped is no failure of the image.
  if (workspace.signal.aborted) throw new KublerError('INTERRUPTED', 'cannot test: interrupted');
  return { key: testKey, results };
}

/** Where everything is that containers print while an image is tested. */
export const testLog = ({ dataDir }: Workspace, { definition: { id } }: FinishedImage): string =>
  `${dataPaths(dataDir).logs(id)}/test.log`;

async function makeSubject(
  workspace: Workspace,
  image: FinishedImage,
  tempDir: string,
  log: (line: string) => void,
): Promise<TestSubject> {
  const { definition, record, tree } = image;
  const { layout, clock, engine, prober } = workspace;
  const runnable = await readRunnable(workspace, record, tree);
  const { config, accounts } = runnable;
  const imageDir = `${tempDir}/image`;
  await copyFolder({ dir: definition.dir, files: undefined, copy: imageDir, epoch: record.epoch });
  await addTestFiles(definition.dir, imageDir);
  return {
    ...{ config, tree: tree.rootfs, imageDir, engine, clock, prober, log },
    process: (options) => imageProcess(runnable, options),
    lookupOwner: (owner) => lookupUser(...accounts, owner),
    readContent: async (path) => {
      const { layers } = await loadImage({
        layout,
        manifestDigest: record.manifest.digest,
        reference: record.id,
      });
      return readContent(layout, layers, tree.rootfs, path);
    },
    variables: bobVariables(definition),
    toolsDir: () => provideBusybox(workspace, image),
  };
}

function bobVariables({ variables }: ImageDefinition): Record<string, string> {
  const own = [...variables].filter(([name]) => name.startsWith('BOB_'));
  return Object.fromEntries(own.map(([name, value]) => [name, [value].flat().join(' ')]));
}
