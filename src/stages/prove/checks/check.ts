import type { ElfFacts, TreeFacts } from '../../../model/file-facts.ts';
import type { CheckCode, Finding } from '../../../model/finding.ts';
import type { Rootfs } from '../../../model/tree-entry.ts';
import type { CommandPlaces } from '../../../model/find-command.ts';
import type { RuntimeConfig } from '../../../oci/types.ts';
import type { Needs } from '../../needs/index.ts';

/** What is proved: the final tree with its parents, what is known of its files, and what it runs with. */
export interface Subject {
  readonly tree: Rootfs;
  readonly facts: TreeFacts;
  readonly config: RuntimeConfig;
  /** Where the container looks for commands. */
  readonly places: CommandPlaces;
  /** What each file needs, and what answers it. */
  readonly needs: Needs;
  /** How bad it is when this program or library cannot be loaded. */
  readonly severityOf: (path: string, elf: ElfFacts) => Finding['severity'];
  /**
   * True when what is at `path` came with a package, and none of the image's packages came with what it lacks: a path, or a
   * file of that name anywhere. Debian leaves such parts of its packages to packages that are only suggested.
   */
  readonly isMeantToLack: (path: string, lacked: string) => boolean;
}

/** One question asked of an image. */
export interface Check {
  readonly code: CheckCode;
  /** What it makes sure of, one sentence for the documentation. */
  readonly explanation: string;
  readonly run: (subject: Subject) => Iterable<Omit<Finding, 'code'>>;
}
