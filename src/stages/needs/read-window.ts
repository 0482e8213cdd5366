/** Reads up to `length` bytes at `offset` of a file; fewer where it ends. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

/** What is read at once: the tables the loader reads lie near each other. */
export const windowBytes = 4096;
/** Limits for files made to exhaust us; the largest real ones stay far below. */
const maxReads = 64;
const maxBytes = 1 << 25;
const maxWindows = 8;

interface Window {
  readonly offset: number;
  /** Where it ends; `Infinity` when the file does there. */
  readonly end: number;
  readonly bytes: Buffer;
}

/** Reads windows and answers from those it has; nothing more comes once a file has cost as much as any real one could. */
export function readWindows(read: ReadAt): ReadAt {
  const windows: Window[] = [];
  let [reads, total] = [0, 0];
  return async (offset, length) => {
    const end = offset + length;
    const known = windows.find((each) => each.offset <= offset && end <= each.end);
    if (known) return known.bytes.subarray(offset - known.offset, end - known.offset);
    const wanted = Math.max(length, windowBytes);
    if (!Number.isSafeInteger(end) || ++reads > maxReads || (total += wanted) > maxBytes)
      return Buffer.alloc(0);
    const bytes = await read(offset, wanted);
    windows.unshift({ offset, bytes, end: bytes.length < wanted ? Infinity : offset + bytes.length });
    windows.length = Math.min(windows.length, maxWindows);
    return bytes.subarray(0, length);
  };
}
