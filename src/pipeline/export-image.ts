import type { ImageId } from '../model/image-id.ts';
import { exportImage, type ExportFormat } from '../stages/publish/index.ts';
import { readRecord } from './run-image.ts';
import type { Workspace } from './workspace.ts';

/** Writes a built image to `output`, a path or `-` for standard output, under its first tag. */
export async function exportBuiltImage(
  workspace: Workspace,
  id: ImageId,
  options: { readonly format: ExportFormat; readonly output: string; readonly force: boolean },
): Promise<void> {
  const record = await readRecord(workspace, id);
  await exportImage({
    layout: workspace.layout,
    manifestDigest: record.manifest.digest,
    reference: `${id}:${record.tags[0] ?? 'latest'}`,
    ...options,
  });
}
