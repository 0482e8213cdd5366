/** What one prune rule, or carve, took out of a tree. */
export interface Receipt {
  /** Name of the rule: `docs`, `locales`, `identity`… */
  readonly rule: string;
  readonly files: number;
  readonly bytes: number;
  /** Some of the paths, at most ten, absolute. */
  readonly examples: readonly string[];
}
