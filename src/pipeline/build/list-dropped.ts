import type { Dropped } from '../../model/receipt.ts';
import type { SpooledTree } from '../../stages/rootfs/index.ts';

/** What was left out of a tree as rows of its record, and what `more` there was of sockets and devices. */
export function listDropped(
  { devices, xattrs }: SpooledTree['dropped'],
  more: { readonly sockets: number; readonly devices: number } = { sockets: 0, devices: 0 },
): readonly Dropped[] {
  const counts: readonly (readonly [string, number])[] = [
    ['sockets', more.sockets],
    ['devices', more.devices + devices],
    ...[...xattrs].sort().map(([name, files]) => [`xattr ${name}`, files] as const),
  ];
  return counts.filter(([, files]) => files > 0).map(([what, files]) => ({ what, files }));
}
