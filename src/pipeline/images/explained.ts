import type { ImageId } from '../../model/image-id.ts';
import type { PackageGraph } from '../../model/package-graph.ts';
import type { PackageVersion } from '../../model/package.ts';
import type { Project } from '../../model/project.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { findNeeds, type Needs } from '../../stages/needs/index.ts';
import type { Workspace } from '../workspace.ts';
import { openImage, type ImageArgument, type OpenedImage } from './open-image.ts';
import { readParentTree } from './read-parent-tree.ts';

/** An image with what explaining takes. */
export interface Explained extends Pick<OpenedImage, 'tree' | 'config'> {
  /** As it was named. */
  readonly name: string;
  /** By name. */
  readonly packages: ReadonlyMap<string, PackageVersion>;
  readonly graph: PackageGraph | undefined;
  /** What `provide_package` declared. */
  readonly provided: readonly string[];
  /** The image it was built on, where that is still the same. */
  readonly parent: { readonly id: ImageId; readonly rootfs: Rootfs } | undefined;
  readonly needs: Needs;
  /** Needs of the tree without some paths. */
  readonly needsWithout: (isRemoved: (path: string) => boolean) => Needs;
}

/** Opens an image, ours or not, to explain what is in it. */
export async function openExplained(
  workspace: Workspace,
  project: Project,
  argument: ImageArgument,
): Promise<Explained> {
  const {
    tree,
    config,
    record,
    packages = record?.packages ?? [],
  } = await openImage(workspace, project, argument);
  const above = record && (await readParentTree(workspace, record));
  const { rootfs, facts } = tree;
  return {
    ...{ name: argument.text, tree, config },
    packages: new Map(packages.map((each) => [each.name, each])),
    graph: record?.packageGraph,
    provided: record?.provided ?? [],
    parent: above && { id: above.record.id, rootfs: above.tree.rootfs },
    needs: findNeeds({ tree: rootfs, facts, config }),
    needsWithout: (isRemoved) =>
      findNeeds({
        tree: new Map([...rootfs].filter(([path]) => !isRemoved(path))),
        facts: new Map([...facts].filter(([path]) => !isRemoved(path))),
        config,
      }),
  };
}
