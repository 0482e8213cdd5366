import { modulePackages } from './module-package.ts';
import type { Lack } from '../../../../model/finding.ts';

/** The Debian package that usually has a command which scripts ask for. */
const packages: ReadonlyMap<string, string> = new Map(
  Object.entries({
    sh: 'dash',
    dash: 'dash',
    bash: 'bash',
    perl: 'perl-base',
    python3: 'python3-minimal',
    python: 'python-is-python3',
    env: 'coreutils',
    awk: 'mawk',
    mawk: 'mawk',
    gawk: 'gawk',
    sed: 'sed',
    make: 'make',
    ruby: 'ruby',
    node: 'nodejs',
    php: 'php-cli',
    lua: 'lua5.4',
    tclsh: 'tcl',
    wish: 'tk',
    guile: 'guile-3.0',
    zsh: 'zsh',
    ksh: 'ksh93u+m',
    expect: 'expect',
    java: 'default-jre-headless',
    R: 'r-base-core',
    Rscript: 'r-base-core',
    ocamlrun: 'ocaml-base',
  }),
);

/** `python3.11` is in `python3.11-minimal`. */
const versioned = (name: string): string | undefined =>
  /^python3\.\d+$/.test(name) ? `${name}-minimal` : undefined;

const libcFamily = /^(?:lib(?:c|m|dl|rt|pthread|resolv|util|anl|nsl|mvec|thread_db)\.so\.|ld-linux)/;

/** Where Debian policy (8.1, "Run-time shared libraries") puts a library: `libssl.so.3` → `libssl3`. */
function libraryPackage(soname: string): string | undefined {
  if (libcFamily.test(soname)) return 'libc6';
  const match = /^(.+?)\.so\.([\w.]+)$/.exec(soname) ?? /^(.+?)-([\d.]+)\.so$/.exec(soname);
  const [, stem = '', version = ''] = match ?? [];
  const name = stem.toLowerCase().replaceAll('_', '-');
  return name === '' ? undefined : `${name}${/\d$/.test(name) ? '-' : ''}${version}`;
}

function usualPackages({ kind, name }: Lack): readonly string[] {
  if (kind === 'python' || kind === 'perl') return modulePackages(kind, name);
  const usual = kind === 'command' ? (packages.get(name) ?? versioned(name)) : libraryPackage(name);
  // Libraries got a new name where their time_t grew: https://wiki.debian.org/ReleaseGoals/64bit-time
  return usual === undefined ? [] : [usual, `${usual}t64`];
}

/**
 * Which Debian package usually has a library, a command or a module, as far as the index has it; none is known for most commands.
 * @param hasPackage whether the index has a package of that name
 */
export function whoHas({ kind, name }: Lack, hasPackage: (name: string) => boolean): string | undefined {
  const file = name.slice(name.lastIndexOf('/') + 1);
  const found = usualPackages({ kind, name: kind === 'perl' ? name : file }).find(hasPackage);
  return found && `add package "${found}", which usually has it`;
}
