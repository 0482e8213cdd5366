/** The Debian package that usually has a command which scripts ask for. */
const packages: Readonly<Record<string, string>> = {
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
};

/** `add package "dash"…` for a command or the path of one; undefined when no package is known. */
export function commandHint(command: string): string | undefined {
  const name = command.slice(command.lastIndexOf('/') + 1);
  const known = packages[name] ?? versioned(name);
  return known && `add package "${known}", which usually has it`;
}

/** `python3.11` is in `python3.11-minimal`. */
const versioned = (name: string): string | undefined =>
  /^python3\.\d+$/.test(name) ? `${name}-minimal` : undefined;

/** Where Debian policy (8.1, "Run-time shared libraries") puts a library: `libssl.so.3` → `libssl3`. */
export function libraryHint(soname: string): string | undefined {
  if (soname.includes('/')) return undefined;
  const match = /^(.+?)\.so\.([\w.]+)$/.exec(soname) ?? /^(.+?)-([\d.]+)\.so$/.exec(soname);
  const [, stem = '', version = ''] = match ?? [];
  if (stem === '') return undefined;
  if (libcFamily.test(soname)) return 'add package "libc6", which usually has it';
  const name = stem.toLowerCase().replaceAll('_', '-');
  return `a Debian package with it is usually called "${name}${/\d$/.test(name) ? '-' : ''}${version}"`;
}

const libcFamily = /^(?:lib(?:c|m|dl|rt|pthread|resolv|util|anl|nsl|mvec|thread_db)\.so\.|ld-linux)/;
