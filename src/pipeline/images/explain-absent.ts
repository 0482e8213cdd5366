import type { Absent } from '../../model/absent.ts';
import { ruleOf } from '../../stages/prune/index.ts';
import type { Explained } from './explained.ts';

/** Something that is not in an image, though the build had it. */
export interface AbsentReport {
  readonly kind: 'absent path' | 'absent package';
  /** Path, absolute, or package. */
  readonly subject: string;
  readonly package: string;
  readonly by: Absent['by'];
  /** In words. */
  readonly reason: string;
  /** Of a package: how many of its files are not there. */
  readonly files?: number;
}

/** Why a path is not there that a package came with; undefined when none did. */
export function explainAbsent(image: Explained, path: string): AbsentReport | undefined {
  const absent = image.tree.absent?.get(path);
  if (!absent) return undefined;
  const reason = reasonOf(image, absent, path);
  return { kind: 'absent path', subject: `/${path}`, ...absent, reason };
}

/** Why a package is not there that the build had; undefined when it had none of that name. */
export function absentPackage(image: Explained, name: string): AbsentReport | undefined {
  const files = [...(image.tree.absent?.values() ?? [])].filter((each) => each.package === name);
  const [first] = files;
  if (!first) return undefined;
  const absent = files.find(({ by }) => by === 'carve') ?? first;
  const reason = reasonOf(image, absent);
  return { kind: 'absent package', subject: name, ...absent, reason, files: files.length };
}

function reasonOf({ provided }: Explained, { by, package: name }: Absent, path?: string): string {
  const rule = path === undefined ? undefined : ruleOf(path);
  switch (by) {
    case 'build':
      return 'a hook or a maintainer script removed it from the target root';
    case 'carve':
      return provided.includes(name)
        ? `carve left package ${name} out: provide_package declares it to be there already`
        : `carve left package ${name} out: nothing that was asked for depends on it`;
    case 'prune':
      return rule === undefined
        ? 'prune took it out with what it belongs to: kubler inspect has the receipts'
        : `prune took it out by the rule "${rule}"`;
    case 'reach':
      return "CARVE='reach' left it out: no command of the image and nothing in REACH needs it";
    case 'dockerfile':
      return 'an instruction of the Dockerfile removed it';
    case 'import':
      return 'the tree that was imported lacks it';
  }
}
