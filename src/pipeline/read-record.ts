import { KublerError } from '../errors.ts';
import type { ImageId } from '../model/image-id.ts';
import type { ImageRecord } from '../model/image-record.ts';
import type { Workspace } from './workspace.ts';

/** The record of a built image; an error that says how to build it otherwise. */
export async function readRecord(
  workspace: Pick<Workspace, 'records' | 'failed'>,
  id: ImageId,
): Promise<ImageRecord> {
  const record = await workspace.records.read(id);
  if (record) return record;
  const hasFailed = (await workspace.failed.read(id)) !== undefined;
  const reason = hasFailed ? 'its tests failed' : 'it has not been built';
  throw new KublerError('IMAGE_NOT_BUILT', `cannot use ${id}: ${reason}`, {
    hint: `kubler ${hasFailed ? 'test' : 'build'} ${id}`,
  });
}
