import type { Project } from '../../model/project.ts';
import { foldersAt, measure, type Folder, type Measured, type Share } from '../../stages/explain/index.ts';
import type { Workspace } from '../workspace.ts';
import { openImage, type ImageArgument, type OpenedImage } from './open-image.ts';
import { readParentTree } from './read-parent-tree.ts';

export type { Folder, Share };

/** What `kubler size` shows. */
export interface SizeReport extends Omit<Measured, 'root'> {
  readonly image: string;
  readonly kind: OpenedImage['kind'];
  readonly directories: readonly Share[];
  readonly tree: Folder;
}

/** Measures an image, ours or not. @param depth of the folders that are rows, 1 being those at the top */
export async function measureImage(
  workspace: Workspace,
  project: Project,
  argument: ImageArgument,
  depth: number,
): Promise<SizeReport> {
  const { kind, tree, record } = await openImage(workspace, project, argument);
  const parent = record && (await readParentTree(workspace, record));
  const { root, ...measured } = measure(tree.rootfs, tree.facts, parent?.tree.rootfs);
  const directories = foldersAt(root, depth);
  return { image: argument.text, kind, ...measured, directories, tree: cutAt(root, depth) };
}

const cutAt = (folder: Folder, depth: number): Folder => ({
  ...folder,
  folders: depth === 0 ? [] : folder.folders.map((each) => cutAt(each, depth - 1)),
});
