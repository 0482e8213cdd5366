/** Measures Kubler against its peers side by side: `npm run bench [-- ROW…]`. Prints a table, writes bench.json. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { makeProject } from './project.ts';
import { extract } from './rows/extract.ts';
import { layer } from './rows/layer.ts';
import { memory } from './rows/memory.ts';
import { prove } from './rows/prove.ts';
import { sideBySide } from './rows/side-by-side.ts';
import { unchanged } from './rows/unchanged.ts';
import type { Measured, Row } from './row.ts';

const rows: readonly Row[] = [extract, unchanged, layer, sideBySide, prove, memory];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    output: { type: 'string', default: 'bench.json' },
    'data-dir': { type: 'string' },
  },
});

async function main(): Promise<void> {
  const unknown = positionals.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `no row is called ${unknown.join(', ')}: there are ${rows.map(({ name }) => name).join(', ')}`,
    );
  }
  const chosen = rows.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const scratchDir = await mkdtemp(join(tmpdir(), 'kubler-bench-'));
  try {
    const project = await makeProject(scratchDir, values['data-dir'] ?? join(scratchDir, 'data'));
    const results = [];
    for (const row of chosen) {
      const missing = await lacking(row);
      if (missing.length > 0) {
        console.error(`SKIPPED ${row.name}: install ${missing.join(' ')} to measure it`);
        continue;
      }
      console.error(`${row.name}: ${row.work} …`);
      results.push({ row, measured: await row.measure(project, Number(values.rounds)) });
    }
    console.log(table(results));
    await writeFile(values.output, `${JSON.stringify(report(results), undefined, 2)}\n`);
  } finally {
    await rm(scratchDir, { recursive: true, force: true });
  }
}

interface Result {
  readonly row: Row;
  readonly measured: Measured;
}

async function lacking({ needs }: Row): Promise<readonly string[]> {
  const found = await Promise.all(
    needs.map((tool) => execa('sh', ['-c', 'command -v "$1"', 'sh', tool], { reject: false })),
  );
  return needs.filter((_, at) => found[at]?.exitCode !== 0);
}

/** A table as Markdown has them, so that it can go into docs/performance.md as it is. */
function table(results: readonly Result[]): string {
  const lines = results.map(({ row, measured: { value } }) => {
    const cells = [row.work, row.against, `≤ ${show(row.goal, row)}`, show(value, row), verdict(row, value)];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| work | against | goal | measured | |', '|---|---|---|---|---|', ...lines].join('\n');
}

function show(value: number, { unit }: Row): string {
  if (unit === 'ratio') return value.toFixed(2);
  return unit === 'MB' ? `${value.toFixed(0)} MB` : `${value.toFixed(2)} s`;
}

const verdict = (row: Row, value: number): string => (value <= row.goal ? 'met' : 'missed');

function report(results: readonly Result[]): unknown {
  const [cpu] = cpus();
  return {
    machine: { cpu: cpu?.model, cores: cpus().length, node: process.version },
    rounds: Number(values.rounds),
    rows: results.map(({ row: { name, work, against, goal, unit }, measured }) => ({
      ...{ name, work, against, goal, unit },
      ...measured,
    })),
  };
}

await main();
