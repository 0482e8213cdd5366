import { chmod, chown, mkdir, stat, utimes } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { KublerError } from '../../errors.ts';

/** An overlay file system (Linux, Documentation/filesystems/overlayfs.rst). */
export interface Overlay {
  /** Names of folders in the layers folder, highest first; each has its tree in `fs`. */
  readonly layers: readonly string[];
  readonly upperDir: string;
  readonly workDir: string;
  readonly mountPoint: string;
  /** Device nodes in it work, which debootstrap wants to see. */
  readonly devices?: boolean;
}

/** Bytes of mount options that mount(2) takes: one page, with the NUL at its end. */
const maxOptionBytes = 4095;

/** Where overlays are mounted. */
export interface OverlayPlace {
  /** Folder that the lower layers are named in. */
  readonly layersDir: string;
  /** In a user namespace overlayfs cannot use the attributes it keeps out of everyone's sight. */
  readonly inUserNamespace: boolean;
}

/** What overlayfs puts before the names of its attributes. */
export const overlayXattrs = (inUserNamespace: boolean): string =>
  inUserNamespace ? 'user.overlay.' : 'trusted.overlay.';

/**
 * Mount options of an overlay. The optional features are off so that an upper directory can become a layer of any
 * other overlay. `volatile` leaves out every fsync: what is not committed is thrown away anyhow, and a commit
 * writes all of it to disk.
 */
export function overlayOptions({ layersDir, inUserNamespace }: OverlayPlace, overlay: Overlay): string {
  const name = (path: string): string => relative(layersDir, path);
  const options = [
    ...(overlay.devices ? [] : ['nodev']),
    `lowerdir=${overlay.layers.map((layer) => `${layer}/fs`).join(':')}`,
    `upperdir=${name(overlay.upperDir)}`,
    `workdir=${name(overlay.workDir)}`,
    'redirect_dir=nofollow,metacopy=off,index=off,xino=off,volatile',
    ...(inUserNamespace ? ['userxattr'] : []),
  ].join(',');
  if (options.length <= maxOptionBytes) return options;
  throw new KublerError(
    'ENGINE_REFUSED',
    `cannot mount a root: it has ${overlay.layers.length} layers, more than mount(2) takes`,
    { hint: 'base the image on an ancestor nearer to the builder' },
  );
}

/** Makes the folders of an overlay in `dir`; they belong to no other mount, and nothing in `dir` is reused. */
export async function makeOverlay(
  layersDir: string,
  layers: readonly string[],
  dir: string,
): Promise<Overlay> {
  const overlay = {
    layers,
    upperDir: join(dir, 'fs'),
    workDir: join(dir, 'work'),
    mountPoint: join(dir, 'root'),
  };
  for (const path of [dir, overlay.upperDir, overlay.workDir, overlay.mountPoint]) await mkdir(path);
  await copyRootMeta(join(layersDir, layers[0] ?? '.', 'fs'), overlay.upperDir);
  return overlay;
}

/** The merged root shows owner, mode and time of the upper directory. */
async function copyRootMeta(from: string, to: string): Promise<void> {
  const { uid, gid, mode, atime, mtime } = await stat(from);
  await chown(to, uid, gid);
  await chmod(to, mode & 0o7777);
  await utimes(to, atime, mtime);
}
