import { splitName } from '../../../../model/portage-version.ts';

/** One package that emerge is going to install. */
export interface PlannedPackage {
  /** `dev-libs/greet` */
  readonly name: string;
  readonly version: string;
  /** Without its sub-slot; `0` where emerge names none. */
  readonly slot: string;
  readonly repository: string;
  /** `source`: compiled; `binary`: an earlier build's, from the cache. */
  readonly from: 'source' | 'binary';
  /** Where it goes: the builder for what only the build needs. */
  readonly root: 'builder' | 'target';
  /** Settings of USE and its groups as emerge shows them: `USE="ipv6 -X" PYTHON_TARGETS="py3"`. */
  readonly use: string;
}

/** What `emerge.sh pretend` says. */
export interface Pretended {
  /** In emerge's order. */
  readonly packages: readonly (PlannedPackage & { readonly settings: string })[];
  /** What is settled for all of them: variables of build.conf and build.sh, in one line. */
  readonly settings: string;
  /** What a package that was built elsewhere must agree in: the compiler, and Portage's configuration, as one line. */
  readonly conditions: string;
  /** Names of the source files it takes. */
  readonly distfiles: readonly string[];
  /** Whether some of them are still to be fetched. */
  readonly downloads: boolean;
}

/** `[ebuild  N     ] dev-libs/greet-1.0:1/1.0::gentoo [0.9::gentoo] to /emerge-root/ USE="…" 0 KiB`, emerge(1) `--verbose`. */
const mergeLine =
  /^\[(ebuild|binary)\s+[^\]]*\] (\S+?)(?::([^:/\s]+)(?:\/[^:\s]+)?)?(?:::(\S+))?(?: +\[[^\]]*\])?(?: to (\S+))?((?: +[A-Z][\w]*="[^"]*")*)(?: .*)?$/;

/** Reads what `emerge.sh pretend` prints: emerge's list, then lines of its own. */
export function parsePretend(text: string, targetRoot: string): Pretended {
  const lines = text.split('\n');
  const own = (name: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`kubler-${name} `) ? [line.slice(name.length + 8)] : []));
  const settings = own('settings').join('');
  const packages = lines
    .flatMap((line) => parseLine(line, targetRoot))
    .map((each) => ({ ...each, settings }));
  const conditions = [settings, ...own('conditions')].join(' ');
  const [, size = '0'] = /Size of downloads: ([\d,.]+)/.exec(text) ?? [];
  return { packages, settings, conditions, distfiles: own('distfile'), downloads: /[1-9]/.test(size) };
}

function parseLine(line: string, targetRoot: string): PlannedPackage[] {
  const [, kind, full = '', slot, repository = '', root = '/', use = ''] = mergeLine.exec(line) ?? [];
  if (kind === undefined) return [];
  // The name of a binary package ends in the number of its build.
  const named = splitName(kind === 'binary' ? full.replace(/-\d+$/, '') : full) ?? splitName(full);
  if (!named) return [];
  return [
    {
      ...named,
      slot: slot ?? '0',
      repository,
      from: kind === 'binary' ? ('binary' as const) : ('source' as const),
      root: root.replace(/\/$/, '') === targetRoot ? ('target' as const) : ('builder' as const),
      // Marks tell what is forced, or has changed since the last build.
      use: use.trim().replace(/[(){}*%]/g, ''),
    },
  ];
}
