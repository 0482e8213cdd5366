import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { buildTestName } from '../../model/image-tests.ts';
import { resolvePath } from '../../model/resolve-path.ts';
import { parseShebang } from '../../model/shebang.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import { looseRules, runAlone } from './container.ts';
import { openTail, type Failure } from './run-test.ts';
import type { TestSubject } from './test-subject.ts';

/** Where containers see the image's folder, as in the original. */
const folderPath = '/kubler-test';
const toolsPath = '/.kubler-tools';
/** A static shell from outside the image. */
const outsideShell: readonly [string, ...string[]] = [`${toolsPath}/busybox`, 'sh'];
const timeoutMs = 600_000;

/** Runs `build-test.sh` in the image; a status other than 0 fails. */
export async function testScript(subject: TestSubject): Promise<Failure | undefined> {
  const { env } = subject.process({});
  const line = await firstLine(join(subject.imageDir, buildTestName));
  const interpreter = findInterpreter(subject.tree, line, env);
  if ('reason' in interpreter) return interpreter;
  const mounts = [{ hostPath: subject.imageDir, containerPath: folderPath, readOnly: true }];
  if (interpreter[0] === outsideShell[0])
    mounts.push({ hostPath: await subject.toolsDir(), containerPath: toolsPath, readOnly: true });
  const tail = openTail(subject.log);
  const ending = await runAlone(subject, {
    rules: { ...looseRules, env: subject.variables },
    argv: [...interpreter, `${folderPath}/${buildTestName}`],
    ...{ mounts, timeoutMs, log: tail.log },
  });
  if (ending === 0) return undefined;
  const failure = typeof ending === 'number' ? { reason: `exit status ${ending}` } : ending;
  return { ...failure, output: tail.lines() };
}

async function firstLine(file: string): Promise<string> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
  return buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0] ?? '';
}

const shells = new Set(['sh', 'ash', 'dash', 'bash']);

/**
 * What runs a script with this first line: the image's own interpreter; a shell from outside when it has none.
 * `env`: that of the image, for PATH. Pure.
 */
export function findInterpreter(
  tree: Rootfs,
  line: string,
  env: readonly string[],
): readonly [string, ...string[]] | Failure {
  const shebang = line.startsWith('#!') ? line.slice(2).trim() : '/bin/sh';
  const { path = '/bin/sh', command } = parseShebang(shebang) ?? {};
  const option = shebang.slice(path.length).trim();
  const isThere = hasFile(tree, path) && (command === undefined || isInPath(tree, command, env));
  if (isThere) return option === '' ? [path] : [path, option];
  const name = command ?? path.slice(path.lastIndexOf('/') + 1);
  if (!shells.has(name)) return { reason: `it needs ${command ?? path}, which the image does not have` };
  return command === undefined && option !== '' ? [...outsideShell, option] : outsideShell;
}

function hasFile(tree: Rootfs, path: string): boolean {
  const found = resolvePath(tree, path);
  return found.found && found.entry?.type === 'file';
}

function isInPath(tree: Rootfs, command: string, env: readonly string[]): boolean {
  const path = env.find((each) => each.startsWith('PATH='))?.slice('PATH='.length) ?? '';
  return path.split(':').some((folder) => hasFile(tree, `${folder}/${command}`));
}
