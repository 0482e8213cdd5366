import picomatch from 'picomatch';

/** A test for paths (without leading `/`) against any of these globs; a leading `/` of a glob is ignored. */
export function matchesAny(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  const matchers = globs.map((glob) => picomatch(glob.replace(/^\//, ''), { dot: true, flags: 's' }));
  return (path) => matchers.some((matches) => matches(path));
}
