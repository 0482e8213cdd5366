import { defaultTarLimits, readTarStream, type ArchiveMember } from '../../../../oci/tar-read.ts';

/** What a root filesystem says of its own package sources. */
export interface BaseSources {
  /** Of its files of repositories: apk-repositories(5). */
  readonly repositories: string;
  /** Name of each trusted key → its text. */
  readonly keys: ReadonlyMap<string, string>;
  /** `x86_64`; undefined where it does not say. */
  readonly architecture: string | undefined;
}

const maxFileBytes = 256 * 1024;
const maxFiles = 1000;

const keyFile = /^(?:etc|lib|usr\/lib)\/apk\/keys\/([^/]+)$/;
const listFile = /^(?:etc\/apk\/repositories|(?:etc|lib|usr\/lib)\/apk\/repositories\.d\/[^/]+\.list)$/;

/** Reads the configuration of apk in the tar of a root filesystem. Larger files, links and what comes after a thousand are left out. */
export async function readBaseSources(tar: AsyncIterable<Buffer>): Promise<BaseSources> {
  const lists = new Map<string, string>();
  const keys = new Map<string, string>();
  let architecture: string | undefined;
  for await (const member of readTarStream(tar, defaultTarLimits)) {
    const path = member.path.replace(/^(?:\.?\/)+/, '');
    if (member.type !== 'file' || member.size > maxFileBytes || lists.size + keys.size >= maxFiles) continue;
    const [, key] = keyFile.exec(path) ?? [];
    if (key !== undefined) keys.set(key, await textOf(member));
    else if (listFile.test(path)) lists.set(path, await textOf(member));
    else if (path === 'etc/apk/arch') architecture = (await textOf(member)).trim().split(/\s+/)[0];
  }
  const names = [...lists.keys()].sort();
  return { repositories: names.map((name) => lists.get(name)).join('\n'), keys, architecture };
}

async function textOf(member: ArchiveMember): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of member.content()) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}
