import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerOptions } from '../../model/container-options.ts';
import type { Bind } from './runtime-config.ts';

/**
 * Files of the host's /etc that tell containers about the network they share with it. Copies, because the originals
 * may be symlinks into folders that containers do not see; those that are not there are left out.
 */
export async function hostFileBinds(tempDir: string, names: readonly string[]): Promise<readonly Bind[]> {
  const binds: Bind[] = [];
  for (const name of names) {
    const hostPath = join(tempDir, name);
    const found = await copyReadable(join('/etc', name), hostPath).then(
      () => true,
      () => false,
    );
    if (found) binds.push({ hostPath, containerPath: `/etc/${name}`, readOnly: true });
  }
  return binds;
}

/** For every user, whatever the umask. */
async function copyReadable(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o644);
}

/** How build containers find names: as the host does, but for further hosts and other name servers. */
export async function nameFileBinds(
  tempDir: string,
  { hosts = [], dns = [] }: ContainerOptions = {},
): Promise<readonly Bind[]> {
  const names = hosts.map(({ name, address }) => `${address}\t${name}\n`);
  const servers = dns.map((address) => `nameserver ${address}\n`);
  const withoutServers = (text: string): string => text.replace(/^\s*nameserver.*\n?/gm, '');
  return [
    ...(dns.length === 0
      ? await hostFileBinds(tempDir, ['resolv.conf'])
      : [await editedBind(tempDir, 'resolv.conf', (text) => servers.join('') + withoutServers(text))]),
    ...(hosts.length === 0
      ? []
      : [await editedBind(tempDir, 'hosts', (text) => `${text.trimEnd()}\n${names.join('')}`)]),
  ];
}

/** A file of the host's /etc, or an empty one, with changes. */
async function editedBind(tempDir: string, name: string, edit: (text: string) => string): Promise<Bind> {
  const hostPath = join(tempDir, name);
  await writeFile(hostPath, edit(await readFile(`/etc/${name}`, 'utf8').catch(() => '')));
  await chmod(hostPath, 0o644);
  return { hostPath, containerPath: `/etc/${name}`, readOnly: true };
}
