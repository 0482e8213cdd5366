import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '../src');

/** What a folder may import: other folders (`stages/x` means its index.ts), npm packages, node: modules. */
interface Rule {
  readonly folder: string;
  readonly may: readonly string[];
  readonly npm?: readonly string[];
  readonly node?: 'any' | readonly string[];
}

const files = ['fs', 'path', 'crypto', 'buffer'];

/** The first rule whose folder a file lies in counts. */
const rules: readonly Rule[] = [
  {
    folder: 'main.ts',
    may: ['cli/cli.ts', 'wire.ts', 'adapters/system/user-namespace.ts'],
    node: ['os', 'path', 'url'],
  },
  {
    folder: 'wire.ts',
    may: ['wire-engine.ts', 'pipeline', 'adapters', 'ports', 'model', 'oci', 'store'],
    node: ['os', 'path'],
  },
  { folder: 'wire-engine.ts', may: ['adapters', 'ports', 'model', 'errors.ts'] },
  { folder: 'errors.ts', may: [] },
  { folder: 'cli/progress.ts', may: ['model', 'cli/harmless.ts'], npm: ['listr2'] },
  { folder: 'cli/prompts.ts', may: ['errors.ts'], npm: ['@clack/prompts'] },
  { folder: 'cli/render-error.ts', may: ['errors.ts', 'cli/harmless.ts'], npm: ['ansis'], node: ['path'] },
  {
    folder: 'cli',
    may: ['cli', 'pipeline', 'scaffold', 'model', 'errors.ts'],
    npm: ['@commander-js/extra-typings'],
    node: ['fs', 'path', 'util', 'stream'],
  },
  {
    folder: 'pipeline',
    may: ['pipeline', 'stages', 'store', 'oci', 'ports', 'model', 'errors.ts'],
    npm: [],
  },
  { folder: 'scaffold', may: ['scaffold', 'model', 'errors.ts'], node: files },
  { folder: 'store', may: ['store', 'oci', 'model', 'errors.ts'], node: ['fs', 'path'] },
  { folder: 'oci/tar-', may: ['oci', 'model', 'errors.ts'], npm: ['tar-stream'], node: 'any' },
  { folder: 'oci', may: ['oci', 'model', 'errors.ts'], node: [...files, 'zlib', 'stream', 'os', 'util'] },
  { folder: 'ports', may: ['ports', 'model'] },
  { folder: 'model/glob.ts', may: ['model'], npm: ['picomatch'] },
  { folder: 'model', may: ['model', 'errors.ts'] },
  {
    folder: 'adapters/system',
    may: ['adapters/system', 'ports', 'model', 'errors.ts'],
    npm: ['execa', 'undici'],
    node: 'any',
  },
  {
    folder: 'adapters/native',
    may: ['adapters/native', 'adapters/system', 'ports', 'oci', 'model', 'errors.ts'],
    node: 'any',
  },
  {
    folder: 'adapters/docker/client.ts',
    may: ['adapters/docker', 'errors.ts'],
    npm: ['dockerode'],
    node: 'any',
  },
  {
    folder: 'adapters/docker',
    may: ['adapters/docker', 'adapters/system', 'ports', 'oci', 'model', 'errors.ts'],
    node: 'any',
  },
  ...stage('config', [], ['yaml', 'zod', 'unbash'], files),
  ...stage('graph', ['config'], [], ['path']),
  ...stage('plan', ['graph'], [], files),
  ...stage('builder', ['plan', 'rootfs'], ['p-limit'], [...files, 'stream', 'zlib', 'util', 'url']),
  ...stage('rootfs', [], [], [...files, 'zlib', 'stream']),
  ...stage('needs', ['rootfs'], [], ['crypto']),
  ...stage('carve', ['rootfs', 'needs'], [], ['crypto']),
  ...stage('prune', ['rootfs', 'needs'], [], ['crypto']),
  ...stage('prove', ['needs'], [], []),
  ...stage('layer', ['rootfs'], [], [...files, 'stream']),
  ...stage('image', ['layer'], [], [...files, 'stream', 'os']),
  ...stage('explain', ['needs'], [], []),
  ...stage('source', ['rootfs'], [], [...files, 'stream']),
  ...stage('publish', ['rootfs', 'layer', 'source'], [], [...files, 'stream', 'zlib']),
  ...stage('image-test', ['publish'], [], [...files, 'vm']),
];

function stage(
  name: string,
  reads: readonly string[],
  npm: readonly string[] = [],
  node: readonly string[] = [],
): readonly Rule[] {
  const folder = `stages/${name}`;
  const may = [
    folder,
    ...reads.map((each) => `stages/${each}/index.ts`),
    'oci',
    'ports',
    'model',
    'errors.ts',
  ];
  return [{ folder, may, npm, node }];
}

interface Import {
  readonly from: string;
  readonly to: string;
}

const modules = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);
const imports: readonly Import[] = modules.flatMap((from) =>
  importedBy(readFileSync(join(src, from), 'utf8')).map((to) => ({
    from,
    to: to.startsWith('.') ? relative(src, join(src, dirname(from), to)) : to,
  })),
);

function importedBy(text: string): readonly string[] {
  const statements = text.matchAll(/^(?:import|export)\b(?:[^;']*\bfrom)?\s*'([^']+)'/gm);
  const calls = text.matchAll(/\bimport\(\s*'([^']+)'/g);
  return [...statements, ...calls].map(([, to = '']) => to);
}

function ruleOf(file: string): Rule {
  const rule = rules.find(
    ({ folder }) => file === folder || file.startsWith(folder.endsWith('-') ? folder : `${folder}/`),
  );
  if (!rule) throw new Error(`no layer rule for src/${file}`);
  return rule;
}

function isAllowed({ from, to }: Import): boolean {
  const rule = ruleOf(from);
  if (to.startsWith('node:')) {
    const name = to.slice('node:'.length).split('/')[0] ?? '';
    return rule.node === 'any' || (rule.node ?? []).includes(name);
  }
  if (!to.endsWith('.ts')) return (rule.npm ?? []).includes(to);
  // A stage, or the store, is entered by its index only, except from inside.
  const home = /^(stages\/[^/]+|store)\//.exec(to)?.[1];
  if (home !== undefined && !from.startsWith(`${home}/`) && to !== `${home}/index.ts`) return false;
  return rule.may.some((folder) => to === folder || to.startsWith(`${folder}/`));
}

/** How a module is reached from main.ts, for the failure message. */
function chainTo(file: string): string {
  const parents = new Map<string, string>();
  const queue = ['main.ts'];
  for (const current of queue) {
    for (const { to } of imports.filter(({ from }) => from === current)) {
      if (parents.has(to) || to === 'main.ts') continue;
      parents.set(to, current);
      queue.push(to);
    }
  }
  const chain = [file];
  for (let at = parents.get(file); at !== undefined; at = parents.get(at)) chain.unshift(at);
  return chain.join(' -> ');
}

describe('architecture', () => {
  it('imports follow the layer rules', () => {
    const forbidden = imports.filter((each) => !isAllowed(each));
    expect(forbidden.map(({ from, to }) => `${chainTo(from)} -> ${to}`)).toEqual([]);
  });

  it('has no import cycles', () => {
    const graph = new Map<string, readonly string[]>();
    for (const file of modules) graph.set(file, runtimeImports(file));
    expect(findCycle(graph)).toBeUndefined();
  });

  it('takes time, randomness and the environment from one place only', () => {
    const offenders = modules.filter(
      (file) =>
        !/^(adapters\/system\/|main\.ts|wire(-engine)?\.ts)/.test(file) &&
        /\bDate\.now\b|\bMath\.random\b|\bprocess\.env\b|\bnew Date\(\)/.test(
          readFileSync(join(src, file), 'utf8'),
        ),
    );
    expect(offenders).toEqual([]);
  });
});

/** Imports that are left when types are erased. */
function runtimeImports(file: string): readonly string[] {
  const text = readFileSync(join(src, file), 'utf8').replace(/^(import|export) type [\s\S]*?;$/gm, '');
  return [...text.matchAll(/from '(\.[^']+)'/g)].map(([, to = '']) =>
    relative(src, join(src, dirname(file), to)),
  );
}

function findCycle(graph: ReadonlyMap<string, readonly string[]>): string | undefined {
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): string | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file].join(' -> ');
    if (done.has(file)) return undefined;
    for (const to of graph.get(file) ?? []) {
      const cycle = visit(to, [...trail, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
