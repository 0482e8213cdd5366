/** Every check of `prove`, by the code that its findings carry and that users type, in the order of findings. */
export const checkCodes = [
  'entrypoint',
  'user',
  'workdir',
  'path',
  'usr-merge',
  'elf-interpreter',
  'elf-needed',
  'elf-version',
  'run-time-load',
  'shell',
  'shebang',
  'symlink',
  'module',
  'private-key',
  'setuid',
  'world-writable',
] as const;

export type CheckCode = (typeof checkCodes)[number];

/** What a check of `prove` found wrong in the final tree, or what is doubtful in the Dockerfile or in PROVE_ALLOW. */
export interface Finding {
  readonly code: CheckCode | 'dockerfile' | 'prove-allow' | 'prune' | 'reach';
  readonly severity: 'error' | 'warning';
  /** The path that needs something, absolute: `/usr/bin/curl`; or a place in the Dockerfile: `Dockerfile.template:3`. */
  readonly subject: string;
  /** What it needs and does not get, in words: `needs libfoo.so.1, which no directory of the library path holds`. */
  readonly message: string;
  /** What would end it. */
  readonly lacks?: Lack;
  /** What to do about it: which package would bring what it lacks. */
  readonly repair?: string;
  /** Why PROVE_ALLOW lets it pass; then it fails no build. */
  readonly waived?: string;
}

/** What a package may bring: a library by the name it is loaded by, a command by its name or path, or a module. */
export interface Lack {
  readonly kind: 'library' | 'command' | 'python' | 'perl';
  readonly name: string;
}

/** One entry of PROVE_ALLOW: findings that are right where they are. */
export interface Waiver {
  readonly code: CheckCode;
  /** Of subjects. */
  readonly glob: string;
  readonly reason: string;
}

/** A finding as a line for people. */
export function describeFinding({ code, subject, message, repair, waived }: Finding): string {
  const what = `${subject} ${message} [${code}]`;
  if (waived !== undefined) return `${what}, waived: ${waived}`;
  return repair === undefined ? what : `${what} (${repair})`;
}

/** True for a finding that fails a build. */
export const isFatal = ({ severity, waived }: Finding): boolean =>
  severity === 'error' && waived === undefined;

/** The warning of a word of a `build.conf` that nothing in the image answers to. @param instead what to do but to remove it */
export const namesNothing = (
  code: 'prune' | 'reach',
  variable: string,
  word: string,
  instead: string,
): Finding => ({
  ...{ code, severity: 'warning', subject: variable },
  message: `names nothing by "${word}"`,
  repair: `remove it, or ${instead}`,
});
