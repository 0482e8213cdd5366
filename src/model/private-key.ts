/** Keys are in files no larger than this. */
export const maxKeyBytes = 1 << 16;

/** The armour of a key (RFC 7468, RFC 4716's kin, OpenPGP), followed by a header line or by base64. */
const privateKey =
  /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\s|\\n|\\r)+(?:[A-Z][\w-]+: |[A-Za-z0-9+/=]{16})/;

/** True when a file of these bytes has a private key in it, in armour. */
export const holdsPrivateKey = (bytes: Buffer): boolean =>
  bytes.includes('PRIVATE KEY') && privateKey.test(bytes.toString('latin1'));

/** Packages ship example keys there. */
export const mayBeExampleKey = (path: string): boolean =>
  /^usr\/(?:lib(?:32|64|x32|exec)?|share|include)\//.test(path);
