/** A package that apk would bring into a root. */
export interface PlannedPackage {
  readonly name: string;
  readonly version: string;
}

/**
 * `(1/3) Installing musl (1.2.3-r4)`, `(2/3) Upgrading jq@edge (1.6-r0 -> 1.7-r0)`: what apk 2 and 3 print with
 * `--simulate`. What is purged needs no file.
 */
const change =
  /^\(\s*\d+\/\d+\) (?:Installing|Reinstalling|Upgrading|Downgrading|Replacing) ([^\s@(]+)(?:@\S+)? \((?:\S+ -> )?(\S+)\)$/;

/** The packages whose files an installation takes, in apk's order. */
export function parseSimulation(text: string): PlannedPackage[] {
  return text.split('\n').flatMap((line) => {
    const [, name, version] = change.exec(line.trim()) ?? [];
    return name === undefined || version === undefined ? [] : [{ name, version }];
  });
}
