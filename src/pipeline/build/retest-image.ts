import { KublerError } from '../../errors.ts';
import type { ImageStep } from '../../stages/plan/index.ts';
import type { PackageIndex } from '../../stages/builder/index.ts';
import { readFinished } from '../test/read-finished.ts';
import { settleImage } from './settle-image.ts';
import type { Workspace } from '../workspace.ts';

/** Tests an image that is there and needs not be built, only accepted. */
export async function retestImage(
  workspace: Workspace,
  { definition, key, testKey }: ImageStep,
  index: PackageIndex,
): Promise<void> {
  const found = await readFinished(workspace, definition.id, key);
  if (!found) {
    throw new KublerError('IMAGE_NOT_BUILT', `cannot test ${definition.id}: it was removed meanwhile`, {
      hint: `kubler build ${definition.id}`,
    });
  }
  const { report, fault } = await settleImage(workspace, { ...found, definition, testKey, index });
  if (fault) throw fault;
  const count = report.results.length;
  const summary = count === 0 ? 'without tests' : count === 1 ? '1 test passed' : `${count} tests passed`;
  workspace.progress({ kind: 'done', task: definition.id, summary });
}
