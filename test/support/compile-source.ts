import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const repository = join(import.meta.dirname, '../..');

/** Compiles `src/` without type checks to `<outDir>/src`, for tests whose subject is a process of its own. */
export function compileSource(outDir: string): void {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    rewriteRelativeImportExtensions: true,
    // As in tsconfig.json: without it the compiler looks for types of imports that it has not read.
    verbatimModuleSyntax: true,
  };
  for (const name of readdirSync(join(repository, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const text = readFileSync(join(repository, 'src', name), 'utf8');
    const target = join(outDir, 'src', name.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, ts.transpileModule(text, { compilerOptions }).outputText);
  }
  writeFileSync(join(outDir, 'package.json'), '{ "type": "module" }');
  symlinkSync(join(repository, 'node_modules'), join(outDir, 'node_modules'));
}
