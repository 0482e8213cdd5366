import type { ExecSpec } from '../../ports/engine.ts';
import type { BuildContext, StepSpec } from './build-step.ts';

/** Whoever sits in front of a shell. */
export interface ShellUser {
  /** Without a terminal standard input is run. */
  readonly hasTerminal: boolean;
  /** TERM. */
  readonly terminalType: string | undefined;
}

/** Opens a shell in a root, with the helpers and build.sh, until it is left. Returns its exit status. */
export async function openShell(
  { session, subject, hookEnv }: BuildContext,
  user: ShellUser,
  {
    root,
    env,
    network = 'none',
    targetReadOnly,
    greeting,
  }: Omit<StepSpec, 'name' | 'argv'> & { readonly greeting: string },
): Promise<number> {
  const given: ExecSpec = {
    root,
    argv: ['sh', '/.kubler/shell/open.sh'],
    env: {
      ...hookEnv,
      ...env,
      ...(user.terminalType !== undefined && { TERM: user.terminalType }),
      KUBLER_SUBJECT: subject,
      KUBLER_GREETING: greeting,
    },
    attach: user.hasTerminal ? 'terminal' : 'streams',
    log: () => undefined,
    network,
    ...(targetReadOnly && { targetReadOnly }),
  };
  return (await session.exec(given)).exitCode;
}
