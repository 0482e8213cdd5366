import type { RuntimeConfig } from './types.ts';

/** A command that an engine starts. */
export interface StartedCommand {
  readonly instruction: 'ENTRYPOINT' | 'CMD' | 'HEALTHCHECK';
  /** The command and its arguments. */
  readonly words: readonly [string, ...string[]];
}

/** What a container of an image starts: its process, with CMD as arguments of ENTRYPOINT, and its health check. */
export function startedCommands({
  Entrypoint,
  Cmd,
  Healthcheck,
  Shell,
}: RuntimeConfig): readonly StartedCommand[] {
  const [first, ...more] = [...(Entrypoint ?? []), ...(Cmd ?? [])];
  const [form, ...words] = Healthcheck?.Test ?? [];
  const [health, ...rest] = form === 'CMD-SHELL' ? [Shell?.[0] ?? '/bin/sh'] : form === 'CMD' ? words : [];
  const isEntrypoint = (Entrypoint ?? []).length > 0;
  return [
    ...(first === undefined
      ? []
      : [{ instruction: isEntrypoint ? 'ENTRYPOINT' : 'CMD', words: [first, ...more] } as const]),
    ...(health === undefined ? [] : [{ instruction: 'HEALTHCHECK', words: [health, ...rest] } as const]),
  ];
}
