import picomatch from 'picomatch';

/** A test for paths (without leading `/`) against any of these globs; a leading `/` of a glob is ignored. */
export function matchesAny(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  const patterns = globs.map((glob) => glob.replace(/^\//, ''));
  // A name with special characters matches itself, as it does for picomatch.
  const names = new Set(patterns);
  // One expression of them all: it is asked about every file of an image.
  const sources = patterns.map((pattern) => picomatch.makeRe(pattern, { dot: true }).source);
  const expression = new RegExp(sources.join('|'), 's');
  return (path) => names.has(path) || expression.test(path);
}
