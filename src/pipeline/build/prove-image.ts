import type { PathSet } from '../../model/absent.ts';
import { KublerError } from '../../errors.ts';
import { describeFinding, isFatal, type Finding, type Lack, type Waiver } from '../../model/finding.ts';
import type { ImageId } from '../../model/image-id.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import { keepFilter } from '../../stages/prune/index.ts';
import { prove, waive } from '../../stages/prove/index.ts';
import type { BuiltTree } from '../../store/index.ts';

/** For findings that do not say themselves what to do. */
const generalHint =
  'add the packages that are missing to _packages, name paths that have to stay in KEEP, or say in PROVE_ALLOW why it is right';

export interface ProveOptions {
  /** See `PackageIndex`. */
  readonly whoHas: (lack: Lack) => Promise<string | undefined>;
  /** See `prove`. */
  readonly shipped?: PathSet | undefined;
  /** PROVE_ALLOW of the image. */
  readonly allow?: readonly Waiver[];
  /** KEEP of the image: private keys that it names everyone may have. */
  readonly keep?: readonly string[];
  /** What was known of the parent. */
  readonly known?: readonly Finding[] | undefined;
}

/**
 * Proves that what is in an image can run. What was known of its parent is no error of its own: an imported tree is as
 * it is, and what the parent waives is waived.
 * @returns all findings
 * @throws KublerError `PROVE_FAILED` that lists every error: who needs what
 */
export async function proveImage(
  id: ImageId,
  tree: BuiltTree,
  config: RuntimeConfig,
  options: ProveOptions,
): Promise<readonly Finding[]> {
  const findings = await findFaults(tree, config, options);
  const inherited = new Set(options.known?.map(textOf));
  const errors = findings.filter((each) => isFatal(each) && !inherited.has(textOf(each)));
  if (errors.length > 0) {
    throw new KublerError('PROVE_FAILED', `cannot build ${id}: what is in it cannot all run`, {
      details: errors.map(describeFinding),
      ...(errors.some(({ repair }) => repair === undefined) && { hint: generalHint }),
    });
  }
  return findings;
}

const textOf = ({ code, subject, message }: Finding): string => `${code} ${subject} ${message}`;

/** All findings in a tree, with what would repair them; what was known and waived is waived. */
export async function findFaults(
  { rootfs, facts }: BuiltTree,
  config: RuntimeConfig,
  { whoHas, shipped, allow = [], keep = [], known = [] }: ProveOptions,
): Promise<readonly Finding[]> {
  const found = prove({ tree: rootfs, facts, config, ...(shipped && { shipped }) });
  const inherited = new Map(known.map((each) => [textOf(each), each]));
  const repaired = await Promise.all(
    found.map(async (each) => {
      const repair = each.lacks && (await whoHas(each.lacks));
      const waived = inherited.get(textOf(each))?.waived;
      return { ...each, ...(repair !== undefined && { repair }), ...(waived !== undefined && { waived }) };
    }),
  );
  return waive(allowKeys(repaired, keep), allow);
}

/** Lets pass the private keys that globs of KEEP name. */
export function allowKeys(findings: readonly Finding[], keep: readonly string[]): readonly Finding[] {
  const keeps = keepFilter(keep);
  return findings.map((each) =>
    each.code === 'private-key' && keeps(each.subject.slice(1)) ? { ...each, waived: 'KEEP names it' } : each,
  );
}
