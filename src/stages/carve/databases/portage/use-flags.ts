/**
 * USE flags of a package as emerge shows them: set ones, then unset ones with `-`, then each group of USE_EXPAND by itself:
 * `ipv6 -X PYTHON_TARGETS="py3 -py4"`. Flags that are no choice of the package are left out.
 * @param iuse its IUSE: names, with `+` or `-` for the default @param use what was set @param groups names of USE_EXPAND
 */
export function showUseFlags(iuse: string, use: string, groups: readonly string[]): string {
  const set = new Set(words(use));
  const flags = [...new Set(words(iuse).map((flag) => flag.replace(/^[+-]/, '')))];
  const groupOf = (flag: string): string | undefined =>
    groups.filter((name) => flag.startsWith(`${name.toLowerCase()}_`)).sort((a, b) => b.length - a.length)[0];
  const plain = show(
    flags.filter((flag) => groupOf(flag) === undefined),
    set,
    0,
  );
  const grouped = groups.flatMap((group) => {
    const members = flags.filter((flag) => groupOf(flag) === group);
    return members.length === 0 ? [] : [`${group}="${show(members, set, group.length + 1)}"`];
  });
  return [plain, ...grouped.sort()].filter((part) => part !== '').join(' ');
}

const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);

function show(flags: readonly string[], set: ReadonlySet<string>, cut: number): string {
  const sorted = [...flags].sort();
  const on = sorted.filter((flag) => set.has(flag)).map((flag) => flag.slice(cut));
  const off = sorted.filter((flag) => !set.has(flag)).map((flag) => `-${flag.slice(cut)}`);
  return [...on, ...off].join(' ');
}
