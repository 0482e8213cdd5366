/** Something the host lacks. */
export interface MissingTool {
  readonly tool: string;
  /** What it is needed for. */
  readonly need: string;
  /** The Debian package that has it, if one does. */
  readonly debianPackage?: string;
  /** The line an administrator pastes to get it otherwise. */
  readonly fix?: string;
  /** Only `need` fails without it, which is publishing ports. */
  readonly optional?: boolean;
}

/** The one line to paste that gets what is missing; undefined when there is none. */
export function installLine(missing: readonly MissingTool[]): string | undefined {
  const packages = [...new Set(missing.flatMap(({ debianPackage }) => debianPackage ?? []))].sort();
  const install = `sudo apt-get install --yes --no-install-recommends ${packages.join(' ')}`;
  const lines = [...(packages.length > 0 ? [install] : []), ...missing.flatMap(({ fix }) => fix ?? [])];
  return lines.length === 0 ? undefined : lines.join(' && ');
}
