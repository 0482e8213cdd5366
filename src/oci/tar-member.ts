/** What a tar archive can hold and an image may contain. */
export type TarType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'fifo';

/** One member of a tar archive, without its bytes. */
export interface TarHeader<Type extends string = TarType> {
  /** As stored, without the `/` that ends a directory's name. */
  readonly path: string;
  readonly type: Type;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Whole seconds since 1970; may be negative. */
  readonly mtime: number;
  /** Bytes of content; 0 unless `type` is `file`. */
  readonly size: number;
  /** Where a symlink or hard link points; empty for the rest. */
  readonly linkTarget: string;
  /** Name → value, byte for byte. */
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

/** A member with its bytes: exactly `size` of them. */
export interface TarMember<Type extends string = TarType> extends TarHeader<Type> {
  content(): AsyncIterable<Buffer>;
}
