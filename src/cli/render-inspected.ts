import type { InspectedImage } from '../pipeline/images/inspect-image.ts';
import { describeFinding, isFatal, type Finding } from '../model/finding.ts';
import { harmless } from './harmless.ts';
import { formatBytes, renderTable } from './table.ts';

/** All that is known of an image, for people: a block of facts, then a block for each list that is not empty. */
export function renderInspected(image: InspectedImage): string {
  const { record, layers } = image;
  const blocks = [
    factLines([
      ['image', image.image],
      ['id', image.imageId],
      ['manifest', image.manifest],
      ['tags', image.tags.join(', ') || 'none'],
      ['created', image.created],
      ['author', image.author ?? ''],
      ['platform', image.platform],
      ['size', sizeOf(image)],
      ['origin', originOf(image)],
      ['proved', proofOf(image)],
    ]),
    titled('configuration', factLines(configFacts(image.config))),
    titled('layers, lowest first', layers.length === 0 ? '' : layerTable(layers)),
    titled('packages', listed(record?.packages.map(({ name, version }) => `${name} ${version}`))),
    titled('taken for installed', listed(record?.provided)),
    titled('installed by hooks', listed(record?.logged.map(({ group, name }) => `${group}: ${name}`))),
    titled(
      'taken out',
      listed(
        record?.receipts.map(({ rule, files, bytes }) => `${rule}: ${files} files, ${formatBytes(bytes)}`),
      ),
    ),
    titled(
      'not reached',
      listed(
        record?.leftOut?.map((each) => `${each.package}: ${each.files} files, ${formatBytes(each.bytes)}`),
      ),
    ),
    titled('left out', listed(record?.dropped.map(({ what, files }) => `${what}: ${files} files`))),
    titled('findings', listed(record?.findings.map(describeFinding))),
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

const sizeOf = ({ record, compressedBytes, layers }: InspectedImage): string => {
  const count = layers.length === 1 ? '1 layer' : `${layers.length} layers`;
  const unpacked = record ? `${formatBytes(record.sizeBytes)}, ` : '';
  return `${unpacked}${formatBytes(compressedBytes)} compressed, in ${count}`;
};

/** `855 files, 120 programs and libraries, by 9 checks: 1 error, 2 waived` */
function proofOf({ record }: InspectedImage): string {
  if (!record) return '';
  const { proof, findings } = record;
  const count = (what: string, has: (each: Finding) => boolean): readonly string[] => {
    const number = findings.filter(has).length;
    return number === 0 ? [] : [`${number} ${what}`];
  };
  const found = [
    ...count('errors', isFatal),
    ...count('warnings', ({ severity, waived }) => severity === 'warning' && waived === undefined),
    ...count('waived', ({ waived }) => waived !== undefined),
  ].join(', ');
  const { files, elfs, checks } = proof;
  return `${files} files, ${elfs} of them programs and libraries, by ${checks.length} checks: ${found || 'nothing found'}`;
}

function originOf({ record, parent }: InspectedImage): string {
  if (!record) return 'an older image of this name';
  if (record.imported !== undefined) return `imported from a tarball, sha256:${record.imported}`;
  if (record.parentDigest === undefined) return 'built from scratch';
  return `built on ${parent ?? 'a parent that was replaced'} (${record.parentDigest})`;
}

/** Members of the configuration as an instruction would have them. */
function configFacts(config: InspectedImage['config']): readonly (readonly [string, string])[] {
  const json = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value));
  return [
    ['entrypoint', json(config.Entrypoint)],
    ['cmd', json(config.Cmd)],
    ['user', config.User ?? ''],
    ['workdir', config.WorkingDir ?? ''],
    ...(config.Env ?? []).map((each) => ['env', each] as const),
    ['ports', Object.keys(config.ExposedPorts ?? {}).join(', ')],
    ['volumes', Object.keys(config.Volumes ?? {}).join(', ')],
    ['health check', json(config.Healthcheck?.Test)],
    ['stop signal', config.StopSignal ?? ''],
    ['shell', json(config.Shell)],
    ...Object.entries(config.Labels ?? {}).map(([name, value]) => ['label', `${name}=${value}`] as const),
    ...(config.OnBuild ?? []).map((each) => ['onbuild', each] as const),
  ];
}

/** `name  value` lines, without those that have none. */
function factLines(facts: readonly (readonly [string, string])[]): string {
  const known = facts.filter(([, value]) => value !== '');
  const width = Math.max(0, ...known.map(([name]) => name.length));
  return known.map(([name, value]) => `${name.padEnd(width)}  ${harmless(value)}\n`).join('');
}

const layerTable = (layers: InspectedImage['layers']): string =>
  renderTable(
    ['LAYER', 'SIZE', 'COMPRESSED', 'CREATED BY'],
    layers.map(({ digest, uncompressedBytes, sizeBytes, createdBy }) => [
      digest,
      uncompressedBytes === undefined ? '' : formatBytes(uncompressedBytes),
      formatBytes(sizeBytes),
      createdBy,
    ]),
    ['SIZE', 'COMPRESSED'],
  );

const listed = (lines: readonly string[] = []): string => lines.map((line) => `${harmless(line)}\n`).join('');

/** A block under a title, indented; nothing for an empty one. */
const titled = (title: string, block: string): string =>
  block === '' ? '' : `${title}:\n${block.replace(/^(?=.)/gm, '  ')}`;
