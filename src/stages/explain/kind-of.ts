import type { FileFacts } from '../../model/file-facts.ts';
import type { FileEntry } from '../../model/tree-entry.ts';

/** What a file is to an image. */
export type FileKind =
  | 'programs'
  | 'libraries'
  | 'scripts'
  | 'configuration'
  | 'locales'
  | 'licences'
  | 'documentation'
  | 'package data'
  | 'data';

/** By place, for what neither runs nor is loaded; the first that fits counts. */
const places: readonly (readonly [RegExp, FileKind])[] = [
  [
    /^usr\/(?:local\/)?share\/(?:licenses|common-licenses)\/|^usr\/share\/doc\/.*\b(?:copyright|LICEN[CS]E)/,
    'licences',
  ],
  [/^usr\/(?:local\/)?share\/(?:doc|man|info|gtk-doc|help)\//, 'documentation'],
  [/^usr\/(?:share\/(?:locale|i18n)|lib\/locale)\//, 'locales'],
  [/^var\/lib\/(?:dpkg|apt)\/|^(?:usr\/)?lib\/apk\/|^var\/db\/pkg\//, 'package data'],
  [/^etc\//, 'configuration'],
];

/** Says what a file is: programs, libraries and scripts by what is in them, all else by where it is. */
export function kindOf({ path, mode }: FileEntry, { elf, shebang }: FileFacts = {}): FileKind {
  if (elf) {
    const isLibrary = /\.so(?:\.|$)/.test(path) || (elf.interpreter === undefined && (mode & 0o111) === 0);
    return isLibrary ? 'libraries' : 'programs';
  }
  if (shebang !== undefined) return 'scripts';
  return places.find(([pattern]) => pattern.test(path))?.[1] ?? 'data';
}
