/** A stage3 tarball as a mirror lists it. */
export interface ListedStage3 {
  /** Below the folder of the list, or that of all builds: `20261115T164604Z/stage3-amd64-openrc-20261115T164604Z.tar.xz` */
  readonly path: string;
  /** `20261115T164604Z` */
  readonly date: string;
}

/**
 * What `latest-<stage3>.txt` names: the newest tarball of this kind; undefined when it names none. The file has comments, and perhaps
 * an OpenPGP signature around it, which is not looked at: the tarball has one of its own.
 */
export function parseLatestStage3(text: string, stage3: string): ListedStage3 | undefined {
  for (const line of text.split(/\r?\n/)) {
    const [path = ''] = line.trim().split(/\s+/);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const date = name.startsWith(`${stage3}-`)
      ? stage3Date.exec(name.slice(stage3.length + 1))?.[1]
      : undefined;
    if (date !== undefined && !path.split('/').includes('..')) return { path, date };
  }
  return undefined;
}

const stage3Date = /^(\d{8}(?:T\d{6}Z)?)\.tar\.(?:xz|bz2|zst)$/;

/** Seconds since 1970 of a date as Gentoo writes it: `20261115T164604Z`, or `20261115`. Undefined for another text. */
export function parseGentooDate(date: string): number | undefined {
  const [, year, month, day, , hour = '00', minute = '00', second = '00'] =
    /^(\d{4})(\d{2})(\d{2})(T(\d{2})(\d{2})(\d{2})Z)?$/.exec(date) ?? [];
  if (year === undefined) return undefined;
  const milliseconds = Date.parse(`${year}-${month ?? ''}-${day ?? ''}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000;
}
