import { amend, KublerError, KublerErrors } from '../../errors.ts';
import { isImageId } from '../../model/image-id.ts';
import type { Session, SnapshotId } from '../../ports/engine.ts';
import { keepShell } from '../run/keep-shell.ts';
import type { Workspace } from '../workspace.ts';

/** Whose session it is, and what it started from; without a builder no shell can go on from it. */
interface Failed {
  readonly subject: string;
  readonly roots?: { readonly builder?: SnapshotId; readonly target: SnapshotId };
}

/**
 * Keeps the containers of a build that has failed, if that is wanted: for `kubler shell`, and where the engine can, running.
 * @returns the error, which then says how to enter them
 */
export async function keepFailed(
  workspace: Workspace,
  failed: Failed,
  session: Session,
  error: unknown,
): Promise<unknown> {
  if (workspace.keepsFailed !== true || workspace.signal.aborted) return error;
  if (!(error instanceof KublerError || error instanceof KublerErrors)) return error;
  try {
    const ways = [
      ...(await keepRoots(workspace, failed, session)),
      ...(await keepContainers(failed, session)),
    ];
    if (ways.length === 0)
      return failed.subject.startsWith('builder ') ? withHint(error, builderHint) : error;
    return withHint(error, ['what failed is kept until `kubler clean`; enter it with', ...ways].join('\n'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    workspace.progress({
      ...{ kind: 'warning', task: failed.subject, text: `cannot keep what failed: ${reason}` },
    });
    return error;
  }
}

/** Where containers end with their command. */
const builderHint = 'of a builder this engine keeps nothing: --shell-on-failure opens a shell in it';

async function keepRoots(
  workspace: Workspace,
  { subject, roots }: Failed,
  session: Session,
): Promise<readonly string[]> {
  if (!isImageId(subject) || roots?.builder === undefined) return [];
  const start = { builder: roots.builder, target: roots.target };
  await keepShell(workspace, subject, session, { start, ofBuild: true });
  return [`kubler shell ${subject}`];
}

async function keepContainers({ subject }: Failed, session: Session): Promise<readonly string[]> {
  const commands = await session.keep(subject.replace(/[^\w.-]+/g, '-'));
  return [...commands.values()];
}

/** With the last of several, which ends the output. */
function withHint(error: KublerError | KublerErrors, hint: string): KublerError | KublerErrors {
  const all = error instanceof KublerErrors ? error.errors : [error];
  const tell = (each: KublerError) => amend(each, { hint: [each.hint ?? [], hint].flat().join('\n') });
  const told = all.map((each, at) => (at === all.length - 1 ? tell(each) : each));
  return error instanceof KublerErrors ? new KublerErrors(told) : (told[0] ?? error);
}
