import type { ImageId } from '../../model/image-id.ts';
import type { PackageManagerName } from '../../model/package-manager.ts';
import type { Session } from '../../ports/engine.ts';
import { stepKey } from '../../stages/plan/index.ts';
import type { KeptShell } from '../../store/index.ts';
import type { Workspace } from '../workspace.ts';

type Roots = KeptShell['roots'];

/** The shell that was kept of an image, if its roots are still there. */
export async function readKept(
  { keptShells, engine }: Workspace,
  id: ImageId,
): Promise<KeptShell | undefined> {
  const kept = await keptShells.read(id);
  if (!kept) return undefined;
  const { builder, target } = kept.roots;
  return (await engine.hasSnapshot(builder)) && (await engine.hasSnapshot(target)) ? kept : undefined;
}

/**
 * Keeps both roots of a session for the next shell of an image.
 * @param more see `KeptShell`
 */
export async function keepShell(
  { keptShells, clock }: Workspace,
  id: ImageId,
  session: Session,
  more: Pick<KeptShell, 'start' | 'ofBuild'>,
): Promise<void> {
  const keptAt = clock.now();
  const keyOf = (root: string) => stepKey('shell', { id, root, keptAt: String(keptAt) });
  const roots = { builder: keyOf('builder'), target: keyOf('target') };
  await session.commit('builder', roots.builder);
  await session.commit('target', roots.target);
  await keptShells.write(id, { ...more, roots, keptAt });
}

const searches: Readonly<Record<PackageManagerName, string>> = {
  apt: 'apt-cache search finds packages; ',
  portage: 'emerge --search finds packages; ',
  // It is given its repositories by whoever calls it.
  apk: '',
};

/** What a shell says first. @param start what it would start from if none were kept */
export function greet(
  kept: KeptShell | undefined,
  start: Roots,
  { keep, packageManager }: { readonly keep: boolean; readonly packageManager: PackageManagerName },
): string {
  const isCurrent = kept?.start.builder === start.builder && kept.start.target === start.target;
  const changed = isCurrent
    ? ''
    : ' Its parent or builder has changed since: --fresh begins with the new one.';
  const origin = kept
    ? `The build container as ${kept.ofBuild ? 'a build that failed' : 'a shell'} left it at ${new Date(kept.keptAt).toISOString()}.${changed}`
    : 'The build container, just before the build.';
  const end = keep ? 'kept for the next shell' : 'gone';
  return `${origin} The target root is in $_ROOTFS, the image's folder in /config.
kubler-build-root tries the build; ${searches[packageManager]}what you leave behind is ${end}.`;
}
