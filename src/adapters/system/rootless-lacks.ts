import { readFile } from 'node:fs/promises';
import type { MissingTool } from '../../model/missing-tool.ts';
import { findSubIds, proposeSubIds, readSubIdFile } from './sub-ids.ts';
import { currentUser, refusedUserNamespace, subGidFile, subUidFile } from './user-namespace.ts';

const tools: readonly MissingTool[] = [
  { tool: 'newuidmap', need: 'gives containers of ordinary users their user ids', debianPackage: 'uidmap' },
  { tool: 'newgidmap', need: 'gives containers of ordinary users their group ids', debianPackage: 'uidmap' },
  { tool: 'setpriv', need: 'ends what runs in a user namespace with kubler', debianPackage: 'util-linux' },
];

/** What keeps the user of this process, who is not root, from a user namespace with ids of its own; nothing when it has one. */
export async function findRootlessLacks(
  which: (command: string) => Promise<string | undefined>,
): Promise<readonly MissingTool[]> {
  const missing: MissingTool[] = [];
  for (const each of tools) if ((await which(each.tool)) === undefined) missing.push(each);
  for (const file of [subUidFile, subGidFile]) missing.push(...(await lackOfIds(file)));
  if (missing.length > 0) return missing;
  const refusal = await refusedUserNamespace();
  if (refusal === undefined) return [];
  const settings = await closedSettings();
  return settings.length > 0
    ? settings
    : [{ tool: 'user namespace', need: `runs as if it were root: ${refusal.trim()}` }];
}

async function lackOfIds(file: string): Promise<readonly MissingTool[]> {
  const text = await readSubIdFile(file);
  const user = currentUser();
  if (findSubIds(text, user)) return [];
  const line = proposeSubIds(text, user.name);
  const fix = `echo ${line} | sudo tee --append ${file}`;
  return [{ tool: file, need: `users of containers; an administrator must add the line ${line}`, fix }];
}

/** Settings of the kernel that keep ordinary users from user namespaces → the value that does, and one that does not. */
const settings = [
  ['kernel.unprivileged_userns_clone', '0', '1'],
  ['user.max_user_namespaces', '0', '15000'],
  ['kernel.apparmor_restrict_unprivileged_userns', '1', '0'],
] as const;

/** Those of them that are set so; none of them needs to be the cause of a failure. */
export async function closedSettings(procDir = '/proc/sys'): Promise<readonly MissingTool[]> {
  const closed: MissingTool[] = [];
  for (const [name, bad, good] of settings) {
    const value = await readFile(`${procDir}/${name.replaceAll('.', '/')}`, 'utf8').catch(() => '');
    if (value.trim() !== bad) continue;
    const fix = `sudo sysctl --write ${name}=${good}`;
    closed.push({
      tool: name,
      need: `user namespaces: it is ${bad}, which forbids them to ordinary users`,
      fix,
    });
  }
  return closed;
}
