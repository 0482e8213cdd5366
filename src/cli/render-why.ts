import type { AbsentReport, PackageReport, PathReport, WhyReport } from '../pipeline/images/explain-image.ts';
import { harmless } from './harmless.ts';
import { formatBytes } from './table.ts';

/** A fact: what it is called, and lines of it. */
type Fact = readonly [name: string, lines: readonly string[]];

/** Lines of one fact, so that all fit on a screen. */
const maxLines = 4;

/** Why something is in an image or is not, in one screen. */
export function renderWhy(report: WhyReport): string {
  const facts = report.kind === 'path' || report.kind === 'package' ? present(report) : absent(report);
  const known = facts.filter(([, lines]) => lines.length > 0);
  const width = Math.max(...known.map(([name]) => name.length));
  return known
    .flatMap(([name, lines]) =>
      shortened(lines).map((line, at) => `${(at === 0 ? name : '').padEnd(width)}  ${harmless(line)}\n`),
    )
    .join('');
}

const shortened = (lines: readonly string[]): readonly string[] =>
  lines.length <= maxLines + 1 ? lines : [...lines.slice(0, maxLines), `and ${lines.length - maxLines} more`];

const absent = ({ kind, subject, reason, package: owner, files }: AbsentReport): readonly Fact[] => [
  [kind === 'absent path' ? 'path' : 'package', [`${subject}: not in the image`]],
  ['from', kind === 'absent path' ? [`package ${owner}`] : []],
  ['files', files === undefined ? [] : [`${files} that the build had`]],
  ['why', [reason]],
];

function present(report: PathReport | PackageReport): readonly Fact[] {
  const { removal, askedFor, askedBy, parent, neededBy, startedBy } = report;
  const needed = [...startedBy, ...neededBy.map(dependent)];
  const breaks = [...startedBy, ...removal.breaks.map(dependent)];
  const leaving = removal.packages.length === 0 ? '' : `, with ${list(removal.packages)}`;
  const asker = askedBy === undefined ? '' : `, asked for by ${askedBy}`;
  return [
    ...(report.kind === 'path' ? pathFacts(report) : packageFacts(report)),
    ['parent', parent === undefined ? [] : [`${parent} has it just so`]],
    ['asked for', askedFor ? [`${askedFor.join(' → ')}${asker}`] : []],
    ['needed by', needed.length === 0 ? ['no program, library, script or link'] : needed],
    ['frees', [`${formatBytes(removal.bytes)}${leaving}`]],
    ['breaks', breaks.length === 0 ? ['nothing that prove sees'] : breaks],
  ];
}

const dependent = ({ path, how }: { readonly path: string; readonly how: string }): string =>
  `/${path} (${how})`;

function pathFacts({ subject, type, target, bytes, files, from, reached = [] }: PathReport): readonly Fact[] {
  const size = type === 'directory' ? `, ${files} files, ${formatBytes(bytes)}` : `, ${formatBytes(bytes)}`;
  const what = type === 'symlink' ? `, link to ${target}` : size;
  return [
    ['path', [`${subject}${what}`]],
    ['from', [from]],
    ['reached by', reached.map(({ path, how }) => `${path} (${how})`)],
  ];
}

type Absence = AbsentReport['by'];

const left: Readonly<Record<Absence, string>> = {
  build: 'removed by hooks or scripts',
  carve: 'left out by carve',
  prune: 'pruned',
  reach: 'that nothing reaches left out',
  dockerfile: 'removed by the Dockerfile',
  import: 'not there when it was imported',
};

function packageFacts({
  subject,
  version,
  architecture,
  files,
  bytes,
  absent: gone,
  dependents,
}: PackageReport): readonly Fact[] {
  const more = Object.entries(gone).map(([by, count]) => `${count} ${left[by as Absence]}`);
  return [
    ['package', [`${subject} ${version} (${architecture})`]],
    ['files', [[`${files}, ${formatBytes(bytes)}`, ...more].join('; ')]],
    ['depended on', dependents.length === 0 ? [] : [`by ${list(dependents)}`]],
  ];
}

const maxNames = 8;
const list = (names: readonly string[]): string =>
  names.length <= maxNames
    ? names.join(', ')
    : `${names.slice(0, maxNames).join(', ')} and ${names.length - maxNames} more`;
