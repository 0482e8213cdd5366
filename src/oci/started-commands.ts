import { parseShellCommand } from '../model/shell-command.ts';
import type { RuntimeConfig } from './types.ts';

/** A command that an engine starts, with all its words. */
export interface StartedCommand {
  readonly instruction: 'ENTRYPOINT' | 'CMD' | 'HEALTHCHECK';
  readonly words: readonly string[];
}

/** The commands of an image: its process, and its health check. */
export function startedCommands(config: RuntimeConfig): readonly StartedCommand[] {
  const { Entrypoint = [], Cmd = [] } = config;
  const started: StartedCommand[] = [
    { instruction: Entrypoint.length > 0 ? 'ENTRYPOINT' : 'CMD', words: [...Entrypoint, ...Cmd] },
    { instruction: 'HEALTHCHECK', words: healthWords(config) },
  ];
  return started.filter(({ words: [first = ''] }) => first !== '');
}

function healthWords({ Healthcheck, Shell = ['/bin/sh', '-c'] }: RuntimeConfig): readonly string[] {
  const [form, ...words] = Healthcheck?.Test ?? [];
  if (form === 'CMD-SHELL') return [...Shell, ...words];
  return form === 'CMD' ? words : [];
}

/** A command, and what it starts in its turn as far as its words tell. */
export const commandsIn = (words: readonly string[]): readonly (readonly string[])[] =>
  [words, startedBy(words), parseShellCommand(words)?.words ?? []].filter(({ length }) => length > 0);

/** First words of all commands in that: also of a shell form with more than one command, whose first is known. */
export function programsIn(words: readonly string[]): readonly string[] {
  const first = commandsIn(words).map(([program = '']) => program);
  const { command } = parseShellCommand(words) ?? {};
  return [...new Set([...first, ...(command === undefined ? [] : [command])])];
}

/** Programs that do little but start another one, which is named after their options. */
const starter = /(?:^|\/)(?:tini(?:-static)?|dumb-init|catatonit)$/;

/** What a command starts in its turn, where it is one that only starts another. */
export function startedBy([program = '', ...words]: readonly string[]): readonly string[] {
  if (!starter.test(program)) return [];
  const end = words.indexOf('--');
  if (end >= 0) return words.slice(end + 1);
  return words[0]?.startsWith('-') === true ? [] : words;
}
