/** A line of a package's CONTENTS: what it installed at one path. */
interface ContentsLine {
  /** Relative to the root. */
  readonly path: string;
  /** The line without the time at its end, which differs from build to build. */
  readonly text: string;
}

const contentsLine = /^(?:(obj) (.+) [0-9a-f]+ \d+|(sym) (.+?) -> .+ \d+|(dir|dev|fif) (.+))$/;

/** Reads CONTENTS of Portage's database: portage(5), "/var/db/pkg". */
function parseContents(text: string): readonly ContentsLine[] {
  return text.split('\n').flatMap((line) => {
    const [, , file, , link, , other] = contentsLine.exec(line) ?? [];
    const path = file ?? link ?? other;
    if (path === undefined) return [];
    return [{ path: path.replace(/^\/+/, ''), text: other === undefined ? line.replace(/ \d+$/, '') : line }];
  });
}

/** The paths a package installed, folders included. */
export const pathsOf = (contents: string): string[] => parseContents(contents).map(({ path }) => path);

/** The same CONTENTS whenever it was built: with 0 for all times. */
export const withoutTimes = (contents: string): string =>
  parseContents(contents)
    .map(({ text }) => (/^(?:obj|sym) /.test(text) ? `${text} 0\n` : `${text}\n`))
    .join('');
