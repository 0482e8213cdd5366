import { findCommand, isExecutable } from '../../../model/find-command.ts';
import { missingInterpreter } from '../../../model/find-interpreter.ts';
import { lookupUser, type UserIdentity } from '../../../model/lookup-user.ts';
import { resolvePath } from '../../../model/resolve-path.ts';
import { isModule } from '../../../model/shebang.ts';
import { parseShellCommand } from '../../../model/shell-command.ts';
import type { FileEntry } from '../../../model/tree-entry.ts';
import type { Finding } from '../../../model/finding.ts';
import { executionObstacle } from '../may-execute.ts';
import { startedBy, startedCommands } from '../../../oci/started-commands.ts';
import type { Check, Subject } from './check.ts';

/** The commands an engine starts. */
export const entrypointCheck: Check = {
  code: 'entrypoint',
  explanation:
    'The commands of ENTRYPOINT, CMD and HEALTHCHECK can be executed by the USER, scripts with their interpreters; so can the command that ' +
    'the text of a shell form begins with, with a warning where there is more in the text.',
  *run(subject) {
    const user = userOf(subject);
    for (const { instruction, words } of startedCommands(subject.config)) {
      for (const command of [words, startedBy(words)].flatMap(([first]) => first ?? [])) {
        const fault = faultOf(subject, command, user);
        if (fault !== undefined) yield finding(subject, command, `${instruction} runs ${command}, ${fault}`);
      }
      const inner = parseShellCommand(words);
      if (inner?.command === undefined || isBusybox(subject, words[0])) continue;
      const fault = faultOf(subject, inner.command, user);
      if (fault === undefined) continue;
      const message = `the shell of ${instruction} runs ${inner.command}, ${fault}`;
      yield { ...finding(subject, inner.command, message), severity: inner.isAlone ? 'error' : 'warning' };
    }
  },
};

function finding({ tree, places }: Subject, command: string, message: string): Omit<Finding, 'code'> {
  const found = findCommand(tree, command, places);
  const subject = found.found ? `/${found.path}` : command;
  return { severity: 'error', subject, message, lacks: { kind: 'command', name: command } };
}

/** Why a command cannot be executed, after its name and a comma. */
function faultOf({ tree, facts, places }: Subject, command: string, user?: UserIdentity): string | undefined {
  const found = findCommand(tree, command, places);
  if (!found.found)
    return `which ${command.includes('/') ? 'is not in the image' : 'no folder of PATH holds'}`;
  const { entry } = found;
  if (entry?.type !== 'file' || !isExecutable(entry)) return 'which is no executable file';
  const { elf, shebang } = facts.get(found.path) ?? {};
  const obstacle = user && executionObstacle(tree, entry, user, shebang !== undefined);
  if (obstacle !== undefined) return `which the USER ${obstacle}`;
  if (shebang === undefined) return elf || isUnknown(entry) ? undefined : noProgram;
  // Of other scripts the check of first lines tells.
  const missing = isModule(found.path) ? missingInterpreter(tree, shebang, places) : undefined;
  return missing && `a script for ${missing.command}, which ${missing.fault}`;
}

const noProgram = 'which is neither a program for Linux nor a script with #! in its first line';

/** Files may have no facts although they are programs: those that are too odd to be read. */
const isUnknown = ({ size }: FileEntry): boolean => size > 1 << 16;

/** Root, or the one that USER names; undefined when that is not there, which another check tells. */
function userOf({ facts, config }: Subject): UserIdentity | undefined {
  const textOf = (name: string): string => facts.get(`etc/${name}`)?.text ?? '';
  try {
    return lookupUser(textOf('passwd'), textOf('group'), config.User ?? '');
  } catch {
    return undefined;
  }
}

/** Its shell has commands of its own, which need no file. */
function isBusybox({ tree }: Subject, shell = ''): boolean {
  const found = resolvePath(tree, shell);
  return found.found && /(?:^|\/)busybox[^/]*$/.test(found.path);
}
