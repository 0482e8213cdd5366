/** Something the host lacks. */
export interface MissingTool {
  readonly tool: string;
  /** What it is needed for. */
  readonly need: string;
  /** The Debian package that has it, if one does. */
  readonly debianPackage?: string;
}

/** The one line to paste that installs what is missing; undefined when no Debian package has it. */
export function installLine(missing: readonly MissingTool[]): string | undefined {
  const packages = [...new Set(missing.flatMap(({ debianPackage }) => debianPackage ?? []))].sort();
  if (packages.length === 0) return undefined;
  return `sudo apt-get install --yes --no-install-recommends ${packages.join(' ')}`;
}
