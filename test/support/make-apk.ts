import { createHash, createSign } from 'node:crypto';
import { gzipSync } from 'node:zlib';

/** What a test package has at a path: text or bytes of a file with mode 0644, a link, a folder, or more exactly. */
export type ApkEntry =
  | string
  | Uint8Array
  | { readonly link: string }
  | { readonly folder: true; readonly mode?: number; readonly owner?: string }
  | { readonly content: string | Uint8Array; readonly mode?: number; readonly owner?: string };

export interface ApkSpec {
  readonly name: string;
  readonly version: string;
  readonly arch?: string;
  readonly depends?: readonly string[];
  readonly provides?: readonly string[];
  readonly providerPriority?: number;
  readonly installIf?: readonly string[];
  readonly origin?: string;
  readonly license?: string;
  /** Path → what is there; folders on the way are made. */
  readonly files?: Readonly<Record<string, ApkEntry>>;
  /** `post-install`, `trigger`… → text. */
  readonly scripts?: Readonly<Record<string, string>>;
  /** Folders the trigger script is called for. */
  readonly triggers?: readonly string[];
  /** Seconds since 1970. */
  readonly builtAt?: number;
}

export interface ApkKey {
  /** Of its file among the trusted keys: `test.rsa.pub`. */
  readonly name: string;
  readonly privateKey: string;
  readonly publicKey: string;
}

export interface MadeApk {
  readonly spec: ApkSpec;
  readonly fileName: string;
  readonly bytes: Buffer;
  /** What the index has as its checksum: SHA-1 of the second part. */
  readonly controlSha1: Buffer;
  readonly installedSize: number;
}

/** Alpine's name of this machine's architecture. */
export const apkArchitecture = process.arch === 'arm64' ? 'aarch64' : 'x86_64';

/** The file of a package, as apk 2 makes and apk 2 and 3 read it: signature, control and data, each a gzip of a tar. */
export function makeApk(spec: ApkSpec, key: ApkKey): MadeApk {
  const { data, installedSize } = dataPart(spec);
  const control = gzipSync(
    Buffer.concat([
      tarMember('.PKGINFO', { content: pkgInfo(spec, data, installedSize) }),
      ...Object.entries(spec.scripts ?? {}).map(([name, text]) =>
        tarMember(`.${name}`, { content: text, mode: 0o755 }),
      ),
    ]),
  );
  return {
    spec,
    fileName: `${spec.name}-${spec.version}.apk`,
    bytes: Buffer.concat([signPart(control, key), control, data]),
    controlSha1: createHash('sha1').update(control).digest(),
    installedSize,
  };
}

/** The part before a signed one: a tar, without an end, of a signature as old as apk 2. */
export function signPart(signed: Buffer, key: ApkKey, hash: 'RSA' | 'RSA256' = 'RSA'): Buffer {
  const algorithm = hash === 'RSA' ? 'RSA-SHA1' : 'RSA-SHA256';
  const signature = createSign(algorithm).update(signed).sign(key.privateKey);
  return gzipSync(tarMember(`.SIGN.${hash}.${key.name}`, { content: signature }));
}

export const endOfTar = Buffer.alloc(1024);

function pkgInfo(spec: ApkSpec, data: Buffer, installedSize: number): string {
  const lines: [string, string | number | undefined][] = [
    ['pkgname', spec.name],
    ['pkgver', spec.version],
    ['pkgdesc', `test package ${spec.name}`],
    ['url', 'https://example.org'],
    ['builddate', spec.builtAt ?? 1_700_000_000],
    ['packager', 'Nobody <nobody@example.org>'],
    ['size', installedSize],
    ['arch', spec.arch ?? apkArchitecture],
    ['origin', spec.origin ?? spec.name],
    ['license', spec.license ?? 'MIT'],
    ...(spec.depends ?? []).map((each): [string, string] => ['depend', each]),
    ...(spec.provides ?? []).map((each): [string, string] => ['provides', each]),
    ['provider_priority', spec.providerPriority],
    ['install_if', spec.installIf?.join(' ')],
    ['triggers', spec.triggers?.join(' ')],
    ['datahash', createHash('sha256').update(data).digest('hex')],
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${value}\n`])).join('');
}

export interface Member {
  readonly content?: string | Uint8Array;
  readonly mode?: number;
  readonly owner?: string;
  readonly link?: string;
  readonly folder?: true;
}

function dataPart(spec: ApkSpec): { readonly data: Buffer; readonly installedSize: number } {
  const members = new Map<string, Member>();
  for (const [path, entry] of Object.entries(spec.files ?? {})) {
    const parts = path.split('/');
    for (let count = 1; count < parts.length; count++) {
      const folder = parts.slice(0, count).join('/');
      if (!members.has(folder)) members.set(folder, { folder: true });
    }
    members.set(path, typeof entry === 'string' || entry instanceof Uint8Array ? { content: entry } : entry);
  }
  const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  const bytes = sorted.map(([path, member]) => tarMember(path, member, true));
  const sizes = sorted.map(([, { content = '' }]) => Buffer.from(content).length);
  return {
    data: gzipSync(Buffer.concat([...bytes, endOfTar])),
    installedSize: sizes.reduce((sum, size) => sum + size, 0),
  };
}

export function tarMember(path: string, member: Member, isData = false): Buffer {
  const content = Buffer.from(member.content ?? '');
  const pax = isData && !member.folder ? checksumRecord(member.link ?? content) : Buffer.alloc(0);
  return Buffer.concat([
    ...(pax.length === 0 ? [] : [tarHeader('PaxHeaders/x', 'x', pax.length, {}), padded(pax)]),
    tarHeader(member.folder ? `${path}/` : path, typeflag(member), content.length, member),
    padded(content),
  ]);
}

const typeflag = ({ link, folder }: Member): string => (folder ? '5' : link === undefined ? '0' : '2');

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 511)]);

/** What apk compares an unpacked file, or the target of a link, with. */
function checksumRecord(content: string | Buffer): Buffer {
  const hex = createHash('sha1').update(content).digest('hex');
  const text = ` APK-TOOLS.checksum.SHA1=${hex}\n`;
  return Buffer.from(`${text.length + 2}${text}`);
}

/** POSIX.1-2017, pax, "ustar Interchange Format". */
function tarHeader(path: string, type: string, size: number, { mode, owner = 'root', link }: Member): Buffer {
  const block = Buffer.alloc(512);
  const octal = (value: number, at: number, length: number): void => {
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at);
  };
  block.write(path, 0);
  octal(mode ?? (type === '5' ? 0o755 : type === '2' ? 0o777 : 0o644), 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(1_700_000_000, 136, 12);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write(link ?? '', 157);
  block.write('ustar\0' + '00', 257);
  block.write(owner, 265);
  block.write(owner, 297);
  octal(
    block.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return block;
}
