import { accountNames, accountPath } from '../../model/accounts.ts';
import type { Rootfs } from '../../model/tree-entry.ts';
import * as carve from '../../stages/carve/index.ts';
import type { BuiltTree } from '../../store/index.ts';
import type { EndState } from './capture-states.ts';
import type { CollectSpec } from './collect-spec.ts';
import type { Build } from './with-build.ts';

/** Marks where entries come from, and writes the account files that they need. */
export const finishTree = (
  { epoch }: Build,
  { start, filled, parent, plan: { config } }: CollectSpec,
  { end, plan }: { readonly end: EndState; readonly plan: carve.CarvePlan },
  rootfs: Rootfs,
): Rootfs =>
  carve.finishCarve({
    ...{ rootfs, plan, epoch },
    accounts: {
      start: start.accounts,
      end: end.accounts,
      ...(parent && { parent: parentAccounts(parent.tree) }),
    },
    ...(config.User !== undefined && { user: config.User }),
    hooks: new Map(filled.state.changed.map(([hook, path]) => [path, hook])),
  });

function parentAccounts({ facts }: BuiltTree): Partial<carve.Accounts> {
  return Object.fromEntries(
    accountNames.flatMap((name) => {
      const text = facts.get(accountPath(name))?.text;
      return text === undefined ? [] : [[name, text]];
    }),
  );
}
