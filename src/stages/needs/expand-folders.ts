const token = /\$(?:(?<plain>\w+)|\{(?<braced>\w+)\})/g;
/** What the kernel takes (PATH_MAX); longer ones cannot be opened. */
const maxPathLength = 4096;
/** A limit for files made to exhaust us: folders of one list. */
export const maxFolders = 256;

/** Name of a token → what it may stand for, by the distribution and the processor. */
export type TokenValues = Readonly<Partial<Record<string, readonly string[]>>>;

/**
 * A list of folders with its tokens filled in (ld.so(8), "Dynamic string tokens"): with each of their values where there
 * are several. Relative ones depend on the caller's working directory and are left out.
 */
export const expandFolders = (folders: readonly string[], values: TokenValues): readonly string[] =>
  [...new Set(folders)]
    .slice(0, maxFolders)
    .flatMap((folder) =>
      tokensIn(folder).reduce<readonly string[]>(
        (expanded, name) => expanded.flatMap((each) => fill(each, name, values[name])),
        [folder],
      ),
    )
    .filter((folder) => folder.startsWith('/') && folder.length <= maxPathLength);

/** Names of the tokens in a folder. */
export const tokensIn = (folder: string): readonly string[] => [
  ...new Set([...folder.matchAll(token)].map(({ groups = {} }) => groups['plain'] ?? groups['braced'] ?? '')),
];

/** Tokens it does not know stay as they are. */
const fill = (folder: string, name: string, values: readonly string[] | undefined): readonly string[] =>
  values?.map((value) =>
    folder.replace(token, (whole, plain: string | undefined, braced: string | undefined) =>
      (plain ?? braced) === name ? value : whole,
    ),
  ) ?? [folder];
