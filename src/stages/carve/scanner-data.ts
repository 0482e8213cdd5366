import { createHash } from 'node:crypto';
import type { PackageVersion } from '../../model/package.ts';
import { type Rootfs, type TreeEntry } from '../../model/tree-entry.ts';
import type { DpkgState } from './dpkg-state.ts';
import { installedKey } from './image-packages.ts';
import { withParents } from './path-sets.ts';

/** dpkg's own database, which whole images may carry. */
export const dpkgStatusPath = 'var/lib/dpkg/status';

/** Where scanners look for the packages of an image without dpkg's database, one file each. */
const statusFolder = 'var/lib/dpkg/status.d';

/** The two files that tell scanners of one package, by its key. */
export const scannerPaths = (key: string): [stanza: string, md5sums: string] => [
  `${statusFolder}/${key}`,
  `${statusFolder}/${key}.md5sums`,
];

export interface ScannerDataOptions {
  /** What the image adds. */
  readonly packages: readonly PackageVersion[];
  readonly state: DpkgState;
  /** The image's own tree, pruned. */
  readonly rootfs: Rootfs;
  /** Seconds since 1970: the date of these files. */
  readonly epoch: number;
}

/**
 * Package data as distroless images have it, which Trivy, Syft, Grype and Clair read: the control fields of each
 * package, and its md5sums as shipped. Nothing when the tree has dpkg's own database, which says the same.
 * Layout: distroless, `PACKAGE_METADATA.md`.
 */
export function scannerData({ packages, state, rootfs, epoch }: ScannerDataOptions): TreeEntry[] {
  if (packages.length === 0 || rootfs.has(dpkgStatusPath)) return [];
  const files = packages.flatMap((item) => {
    const key = installedKey(state, item);
    const stanza = key === undefined ? undefined : state.packages.get(key)?.stanza;
    if (key === undefined || stanza === undefined) return [];
    const [stanzaPath, md5sumsPath] = scannerPaths(key);
    const md5sums = state.md5sums.get(key);
    const control = textFile(stanzaPath, controlFields(stanza), epoch);
    return md5sums ? [control, textFile(md5sumsPath, md5sums, epoch)] : [control];
  });
  const folders = [...withParents([statusFolder])].filter((path) => !rootfs.has(path));
  return [...folders.map((path) => folder(path, epoch)), ...files];
}

/** Fields that dpkg adds on this machine; the rest is the package's own control file. */
const stateFields =
  /^(?:Status|Config-Version|Conffiles|Triggers-Pending|Triggers-Awaited):.*\n(?:[ \t].*\n)*/gm;

const controlFields = (stanza: string): string => `${stanza}\n`.replace(stateFields, '');

const meta = { uid: 0, gid: 0, xattrs: new Map<string, Uint8Array>(), origin: { kind: 'kubler' } } as const;

function folder(path: string, epoch: number): TreeEntry {
  return { type: 'directory', path, mode: 0o755, mtime: epoch, ...meta };
}

function textFile(path: string, text: string, epoch: number): TreeEntry {
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const content = { kind: 'bytes', bytes } as const;
  return { type: 'file', path, mode: 0o644, mtime: epoch, ...meta, size: bytes.length, sha256, content };
}
