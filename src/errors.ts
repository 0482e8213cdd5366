/**
 * What can go wrong, by area. Every code has one exit status (`exitStatus`).
 * Codes are for callers and tests; people read `message` and `hint`.
 */
export type ErrorCode =
  | 'USAGE_INVALID'
  | 'CONFIG_INVALID'
  | 'CONFIG_NOT_FOUND'
  | 'GRAPH_CYCLE'
  | 'GRAPH_UNKNOWN_PARENT'
  | 'GRAPH_UNKNOWN_BUILDER'
  | 'GRAPH_UNKNOWN_TARGET'
  | 'SCAFFOLD_EXISTS'
  | 'SCAFFOLD_BAD_NAME'
  | 'HOST_MISSING_TOOL'
  | 'HOST_UNSUPPORTED'
  | 'HOST_WRITE_FAILED'
  | 'ENGINE_UNAVAILABLE'
  | 'ENGINE_REFUSED'
  | 'PROGRAM_NOT_FOUND'
  | 'PROGRAM_NOT_EXECUTABLE'
  | 'DOWNLOAD_FAILED'
  | 'SIGNATURE_INVALID'
  | 'CHECKSUM_MISMATCH'
  | 'PACKAGE_UNKNOWN'
  | 'PACKAGE_GONE'
  | 'BUILD_COMMAND_FAILED'
  | 'ROOTFS_ESCAPE'
  | 'ROOTFS_INVALID'
  | 'PRUNE_SECRET'
  | 'PROVE_FAILED'
  | 'TEST_FAILED'
  | 'LAYER_UNREPRESENTABLE'
  | 'IMAGE_INVALID'
  | 'IMAGE_NOT_BUILT'
  | 'STORE_CORRUPT'
  | 'INTERRUPTED';

/** A place in a file, 1-based. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The text of that line, for the excerpt with a caret. */
  readonly excerpt?: string;
}

export interface KublerErrorOptions {
  /** What to do next, one sentence or a line to paste. */
  readonly hint?: string;
  readonly at?: SourcePosition;
  /** Further lines for the reader: the end of a failed command's output, the list of culprits. */
  readonly details?: readonly string[];
  /** Full log of the failed command. */
  readonly logFile?: string;
  readonly cause?: unknown;
}

/**
 * An expected failure. `message` reads `cannot <verb> <object>: <reason>`: lower case, names quoted,
 * no full stop.
 */
export class KublerError extends Error {
  override readonly name = 'KublerError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly at: SourcePosition | undefined;
  readonly details: readonly string[];
  readonly logFile: string | undefined;

  constructor(code: ErrorCode, message: string, options: KublerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.at = options.at;
    this.details = options.details ?? [];
    this.logFile = options.logFile;
  }
}

/** The same failure with more to say of it. */
export function amend(error: KublerError, more: KublerErrorOptions): KublerError {
  const { code, message, hint, at, details, logFile, cause } = error;
  const known = {
    ...(hint !== undefined && { hint }),
    ...(at && { at }),
    ...(logFile !== undefined && { logFile }),
  };
  return new KublerError(code, message, { ...known, details, cause, ...more });
}

/** Several independent failures, in a stable order: configuration faults, or images that failed side by side. */
export class KublerErrors extends Error {
  override readonly name = 'KublerErrors';
  readonly errors: readonly KublerError[];

  constructor(errors: readonly KublerError[]) {
    super(errors.map((error) => error.message).join('\n'));
    this.errors = errors;
  }
}

/** A broken promise inside Kubler itself: reported as our bug, with its stack. */
export class InternalError extends Error {
  override readonly name = 'InternalError';
}

/** Throws `InternalError` unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InternalError(message);
}

/** Whether a command of a container could not be started, for whatever reason. */
export const isStartFailure = (error: unknown): error is KublerError =>
  error instanceof KublerError && /^(ENGINE_REFUSED|PROGRAM_)/.test(error.code);

/** Throws the faults together; one alone is thrown as itself; returns when there are none. */
export function throwFaults(faults: readonly KublerError[]): void {
  if (faults.length === 0) return;
  const [first] = faults;
  throw faults.length === 1 && first ? first : new KublerErrors(faults);
}

const statusByPrefix: readonly (readonly [string, number])[] = [
  ['INTERRUPTED', 130],
  ['USAGE_', 2],
  ['CONFIG_', 2],
  ['GRAPH_', 2],
  ['SCAFFOLD_', 2],
  ['IMAGE_INVALID', 2],
  ['HOST_', 3],
  ['ENGINE_', 3],
  ['DOWNLOAD_', 3],
  // As shells and other engines have it.
  ['PROGRAM_NOT_EXECUTABLE', 126],
  ['PROGRAM_NOT_FOUND', 127],
];

/**
 * Exit status of a failed command: 1 a build, check or test failed, 2 usage or configuration,
 * 3 environment, 70 a bug of ours, 126 and 127 a program that cannot be run in a container or is not there, 130 interrupted.
 */
export function exitStatus(error: unknown): number {
  if (error instanceof KublerErrors) {
    return error.errors.reduce((status, each) => Math.max(status, exitStatus(each)), 1);
  }
  if (!(error instanceof KublerError)) return 70;
  return statusByPrefix.find(([prefix]) => error.code.startsWith(prefix))?.[1] ?? 1;
}
