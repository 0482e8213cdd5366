/** The parts of a version: `[epoch:]upstream[-revision]`, deb-version(7). */
function splitVersion(version: string): readonly [epoch: number, upstream: string, revision: string] {
  const [, epoch, rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(version) ?? [];
  const dash = rest.lastIndexOf('-');
  const upstream = dash < 0 ? rest : rest.slice(0, dash);
  return [Number(epoch ?? 0), upstream, dash < 0 ? '' : rest.slice(dash + 1)];
}

/** Orders two Debian versions as dpkg does (deb-version(7)): negative, zero or positive. */
export function compareDebVersions(a: string, b: string): number {
  const [epochA, upstreamA, revisionA] = splitVersion(a);
  const [epochB, upstreamB, revisionB] = splitVersion(b);
  return epochA - epochB || compareParts(upstreamA, upstreamB) || compareParts(revisionA, revisionB);
}

/** Alternating runs of non-digits, by `weight`, and digits, by value. */
function compareParts(a: string, b: string): number {
  const [runsA, runsB] = [splitRuns(a), splitRuns(b)];
  for (let index = 0; index < Math.max(runsA.length, runsB.length); index++) {
    const [runA, runB] = [runsA[index] ?? '', runsB[index] ?? ''];
    const order = index % 2 === 0 ? compareText(runA, runB) : compareNumbers(runA, runB);
    if (order !== 0) return order;
  }
  return 0;
}

/** Text, number, text, number… The first is empty when a digit comes first. */
function splitRuns(part: string): string[] {
  const runs = part.match(/\d+|\D+/g) ?? [];
  return /^\d/.test(part) ? ['', ...runs] : [...runs];
}

function compareText(a: string, b: string): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = weight(a[index]) - weight(b[index]);
    if (order !== 0) return order;
  }
  return 0;
}

/** `~` before the end, the end before letters, letters before the rest. */
function weight(char: string | undefined): number {
  if (char === '~') return -1;
  if (char === undefined) return 0;
  const code = char.charCodeAt(0);
  return /[A-Za-z]/.test(char) ? code : code + 256;
}

/** Numbers of any length. */
function compareNumbers(a: string, b: string): number {
  const [plainA, plainB] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return plainA.length - plainB.length || (plainA < plainB ? -1 : Number(plainA > plainB));
}
