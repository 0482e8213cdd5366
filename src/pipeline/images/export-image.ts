import type { ImageId } from '../../model/image-id.ts';
import { exportImage, type ExportOptions } from '../../stages/publish/index.ts';
import { readRecord } from '../read-record.ts';
import type { Workspace } from '../workspace.ts';

/** Writes a built image to a path or a stream, under its first tag; a Docker archive has room for all. */
export async function exportBuiltImage(
  workspace: Workspace,
  id: ImageId,
  options: Pick<ExportOptions, 'format' | 'output' | 'force'>,
): Promise<void> {
  const record = await readRecord(workspace, id);
  await using temp = await workspace.openTempDir();
  const [first = 'latest', ...others] = record.tags;
  await exportImage({
    layout: workspace.layout,
    manifestDigest: record.manifest.digest,
    reference: `${id}:${first}`,
    aliases: others.map((tag) => `${id}:${tag}`),
    tmpDir: temp.path,
    ...options,
  });
}
