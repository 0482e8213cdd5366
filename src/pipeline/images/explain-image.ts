import { KublerError } from '../../errors.ts';
import type { Project } from '../../model/project.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import { parentPath } from '../../model/tree-entry.ts';
import { suggest } from '../../model/suggest.ts';
import type { Workspace } from '../workspace.ts';
import { absentPackage, explainAbsent, type AbsentReport } from './explain-absent.ts';
import { explainPackage, explainPath, type PackageReport, type PathReport } from './explain-present.ts';
import { openExplained, type Explained } from './explained.ts';
import type { ImageArgument } from './open-image.ts';

export type { AbsentReport, PackageReport, PathReport };
export type WhyReport = PathReport | PackageReport | AbsentReport;

/**
 * Says why a path or a package is in an image, or is not. A name without a slash is a package, if there is one of that
 * name. Throws `USAGE_INVALID` for what neither the image nor its packages ever had, with what was probably meant.
 */
export async function explainImage(
  workspace: Workspace,
  project: Project,
  argument: ImageArgument,
  asked: string,
): Promise<WhyReport> {
  const image = await openExplained(workspace, project, argument);
  return explain(image, asked) ?? refuse(image, asked);
}

function explain(image: Explained, asked: string): WhyReport | undefined {
  const { tree, packages } = image;
  if (packages.has(asked)) return explainPackage(image, asked);
  const gone = absentPackage(image, asked);
  if (gone) return gone;
  const found = resolvePath(tree.rootfs, asked);
  const own = landed(image, asked.replace(/^\/+|\/+$/g, ''));
  // A link itself is meant, not what it leads to.
  if (tree.rootfs.get(own)?.type === 'symlink') return explainPath(image, own);
  if (found.found) return found.path === '' ? undefined : explainPath(image, found.path);
  // An image that has no /bin has no link there either.
  const places = [found.at, own, `usr/${own}`];
  return places.map((path) => explainAbsent(image, path)).find((report) => report !== undefined);
}

/** A path with the links among its folders followed. */
function landed({ tree }: Explained, path: string): string {
  const folder = resolvePath(tree.rootfs, parentPath(path));
  const name = path.slice(path.lastIndexOf('/') + 1);
  return folder.found && folder.path !== '' ? `${folder.path}/${name}` : path;
}

function refuse({ name, tree, packages }: Explained, asked: string): never {
  const file = asked.slice(asked.lastIndexOf('/') + 1);
  const paths = [...tree.rootfs.keys(), ...(tree.absent?.keys() ?? [])];
  const same = paths.find((path) => path.endsWith(`/${file}`) && file !== '');
  const gone = [...(tree.absent?.values() ?? [])].map((each) => each.package);
  const near = asked.includes('/')
    ? suggest(
        asked,
        paths.map((path) => `/${path}`),
      )
    : suggest(asked, [...packages.keys(), ...gone]);
  const meant = same === undefined ? near : `/${same}`;
  throw new KublerError(
    'USAGE_INVALID',
    `cannot explain "${asked}": ${name} has no such path or package, and none of its packages came with it`,
    meant === undefined ? {} : { hint: `did you mean "${meant}"?` },
  );
}
