/** Lower-case hex SHA-256 of some bytes, without an algorithm prefix. */
export type Sha256 = string;

/** A digest as the OCI image specification writes it: `sha256:<hex>`. */
export type Digest = `sha256:${string}`;

/** `sha256:<hex>` for a hex SHA-256. */
export const toDigest = (sha256: Sha256): Digest => `sha256:${sha256}`;

/** The hex part of a digest, which is also its file name under `blobs/sha256/`. */
export const digestHex = (digest: Digest): Sha256 => digest.slice('sha256:'.length);

/** True for `sha256:` followed by 64 lower-case hex digits. */
export const isDigest = (text: string): text is Digest => /^sha256:[0-9a-f]{64}$/.test(text);
