import type { PathSet } from '../../model/absent.ts';
import type { TreeFacts } from '../../model/file-facts.ts';
import type { Finding } from '../../model/finding.ts';
import { compareBytes, type Rootfs } from '../../model/tree-entry.ts';
import type { RuntimeConfig } from '../../oci/types.ts';
import { checks } from './checks/table.ts';
import { elfSeverity } from './elf-severity.ts';
import { meantToLack } from './meant-to-lack.ts';
import { commandPlaces } from '../../oci/command-places.ts';
import { findNeeds } from '../needs/index.ts';

export interface ProveOptions {
  /** The final tree, with what its parents brought. */
  readonly tree: Rootfs;
  /** What is known of its files, the parents' included. */
  readonly facts: TreeFacts;
  readonly config: RuntimeConfig;
  /** All paths that its packages came with, those that are gone included; undefined when that is not known. */
  readonly shipped?: PathSet;
}

/** What would not work in a container of the image. Pure; ordered by check, then by path. */
export function prove(options: ProveOptions): readonly Finding[] {
  const { tree, facts, config, shipped } = options;
  const places = commandPlaces(config);
  const needs = findNeeds({ tree, facts, config });
  const subject = {
    tree,
    facts,
    config,
    places,
    needs,
    severityOf: elfSeverity(tree, facts),
    isMeantToLack: meantToLack(tree, shipped),
  };
  return checks.flatMap((check) =>
    [...check.run(subject)]
      .map((finding) => ({ code: check.code, ...finding }))
      .sort((a, b) => compareBytes(a.subject, b.subject) || compareBytes(a.message, b.message)),
  );
}
