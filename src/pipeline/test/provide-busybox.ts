import { splitImageId } from '../../model/image-id.ts';
import { fetchBusybox, hasBusybox } from '../../stages/builder/index.ts';
import type { FinishedImage } from './test-image.ts';
import { withBuild } from '../build/with-build.ts';
import { dataPaths, type Workspace } from '../workspace.ts';

/** Folder with a static busybox for containers of an image: there already, or fetched by the image's package index. */
export async function provideBusybox(
  workspace: Workspace,
  { definition, record, index }: Pick<FinishedImage, 'definition' | 'record' | 'index'>,
): Promise<string> {
  const dir = `${dataPaths(workspace.dataDir).tools}/${index.digest}`;
  if (await hasBusybox(dir)) return dir;
  const { id, settings } = definition;
  const spec = {
    ...{ subject: id, configDir: definition.dir, settings, variables: new Map(), index },
    namespace: splitImageId(id).namespace,
    epoch: record.epoch,
    roots: { target: record.baseSnapshot },
  };
  await withBuild(workspace, spec, ({ context, installer, tempDir }) =>
    fetchBusybox(context, installer, { dir, tempDir }),
  );
  return dir;
}
