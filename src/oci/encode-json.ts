/** JSON of plain data with sorted names: equal values give equal bytes, in whatever order they were put together. */
export function encodeJson(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(sortNames(value)));
}

function sortNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortNames);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, sortNames(member)]));
}
