import type { Root } from '../../ports/engine.ts';
import { runStep, type BuildContext } from './build-step.ts';

/** What hooks told Kubler through helpers such as `provide_package`. */
export interface HookState {
  readonly provided: readonly string[];
  readonly unprovided: readonly string[];
  /** Packages that were installed, and taken out again. */
  readonly uninstalled: readonly string[];
  /** Packages that helpers took something from: as if they had been asked for. */
  readonly required: readonly string[];
  /** Lines for PACKAGES.md, by its sections. */
  readonly purged: readonly string[];
  readonly included: readonly string[];
  /** `log_as_installed` rows. */
  readonly logged: readonly { readonly group: string; readonly name: string; readonly note: string }[];
  /** Hook and path, for each path of the target root that it changed. */
  readonly changed: readonly (readonly [hook: string, path: string])[];
}

export const noHookState: HookState = {
  provided: [],
  unprovided: [],
  uninstalled: [],
  required: [],
  purged: [],
  included: [],
  logged: [],
  changed: [],
};

/** Reads what the hooks of this session have written with the helpers of `container/core.sh`. */
export async function readHookState(context: BuildContext, root: Root): Promise<HookState> {
  const text = await runStep(context, {
    name: 'hook-state',
    root,
    argv: ['sh', '-c', 'cd /var/lib/kubler && for f in *; do [ ! -f "$f" ] || sed "s/^/$f\\t/" "$f"; done'],
    stdout: 'capture',
  });
  const rows = text
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\t'));
  const names = (key: string): string[] =>
    rows.flatMap(([name, value]) => (name === key && value ? [value] : []));
  return {
    provided: names('provided'),
    unprovided: names('unprovided'),
    uninstalled: names('uninstalled'),
    required: names('required'),
    purged: names('purged'),
    included: names('included'),
    logged: rows
      .filter(([key]) => key === 'logged')
      .map(([, group = '', name = '', note = '']) => ({ group, name, note })),
    changed: rows
      .filter(([key]) => key === 'changed')
      .map(([, hook = '', ...path]) => [hook, path.join('\t')] as const),
  };
}
