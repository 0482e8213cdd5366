import { findCommand, isExecutable } from '../../../model/find-command.ts';
import type { RuntimeConfig } from '../../../oci/types.ts';
import type { Check } from './check.ts';

/** The commands an engine starts. */
export const entrypointCheck: Check = {
  code: 'entrypoint',
  explanation:
    'The commands of ENTRYPOINT, CMD and HEALTHCHECK, and the shell of their shell forms, can be executed.',
  *run({ tree, config, places }) {
    for (const { instruction, command } of startedCommands(config)) {
      const found = findCommand(tree, command, places);
      const path = found.found ? `/${found.path}` : command;
      let fault: string | undefined;
      if (!found.found) fault = command.includes('/') ? 'is not in the image' : 'no folder of PATH holds';
      else if (!isExecutable(found.entry)) fault = 'is no executable file';
      if (fault === undefined) continue;
      const message = `${instruction} runs ${command}, which ${fault}`;
      yield { severity: 'error', subject: path, message, lacks: { kind: 'command', name: command } };
    }
  },
};

/** First words of the commands, with the instruction each comes from. */
function startedCommands(
  config: RuntimeConfig,
): readonly { readonly instruction: string; readonly command: string }[] {
  const [entrypoint] = config.Entrypoint ?? [];
  const [cmd] = config.Cmd ?? [];
  const main = entrypoint ?? cmd;
  const [form, first] = config.Healthcheck?.Test ?? [];
  const health = form === 'CMD-SHELL' ? (config.Shell?.[0] ?? '/bin/sh') : form === 'CMD' ? first : undefined;
  return [
    ...(main ? [{ instruction: entrypoint ? 'ENTRYPOINT' : 'CMD', command: main }] : []),
    ...(health ? [{ instruction: 'HEALTHCHECK', command: health }] : []),
  ];
}
