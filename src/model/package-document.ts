import type { ImageId } from './image-id.ts';
import type { PackageVersion } from './package.ts';

/** What PACKAGES.md tells of an image, besides what its record has. Rows are lines of a table in Markdown. */
export interface PackageDocument {
  readonly installed: readonly string[];
  /** Nearest first. */
  readonly inherited: readonly { readonly image: ImageId; readonly rows: readonly string[] }[];
  /** Lines of a list. */
  readonly purged: readonly string[];
  readonly included: readonly string[];
}

/** A row for each package, without virtual ones: a name that several may have is not told apart by its slot, but by its version. */
export function packageRows(packages: readonly PackageVersion[]): string[] {
  const rows = packages.map(
    ({ name, version, flags = '' }) => `${name.replace(/:.*/, '')}-${version} | \`${flags}\``,
  );
  return [...new Set(rows)].filter((row) => !row.startsWith('virtual/')).sort();
}

const box = (isSet: boolean, label: string): string => `- [${isSet ? 'x' : ' '}] ${label}`;

/** What a build pruned, as lines of a list. */
export const purgedLines = (keeps: {
  readonly headers: boolean;
  readonly staticLibs: boolean;
}): readonly string[] => [box(!keeps.headers, 'Headers'), box(!keeps.staticLibs, 'Static Libs')];

export interface DocumentedImage {
  readonly id: ImageId;
  readonly tags: readonly string[];
  /** Bytes. */
  readonly sizeBytes: number;
  /** Seconds since 1970. */
  readonly epoch: number;
  readonly document: PackageDocument;
}

/** PACKAGES.md in the form of the original, with a date that a build of the same inputs has too. */
export function renderPackages({ id, tags, sizeBytes, epoch, document }: DocumentedImage): string {
  const table = (rows: readonly string[]): string[] => [
    'Package | USE Flags',
    '--------|----------',
    ...rows,
  ];
  const inherited = document.inherited.flatMap(({ image, rows }) => [`**FROM ${image}** |`, ...rows]);
  const lines = [
    ...[`### ${id}:${tags[0] ?? 'latest'}`, ''],
    ...[
      `Built: ${new Date(epoch * 1000).toISOString()}`,
      `Image Size: ${(sizeBytes / 1e6).toFixed(1)} MB`,
      '',
    ],
    '#### Installed',
    ...(document.installed.length === 0 ? ['None.'] : table(document.installed)),
    '#### Inherited',
    ...table(inherited.length === 0 ? ['**FROM scratch** |'] : inherited),
    ...['#### Purged', ...document.purged],
    ...(document.included.length === 0 ? [] : ['', '#### Included', ...document.included]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
