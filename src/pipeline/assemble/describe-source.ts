import type { CopySource } from '../../stages/image/index.ts';

/** All that a layer takes over from a source, for its key. */
export const describeSource = ({ name, entries }: CopySource): unknown => [
  name,
  entries.map((entry) => [
    ...[entry.path, entry.type, entry.mode],
    entry.type === 'file' ? entry.sha256 : entry.type === 'symlink' ? entry.target : '',
  ]),
];
