/** An address for messages: without user, password and the values of its query, any of which may be secret. */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return '(not an address)';
  const parsed = new URL(url);
  parsed.username = '';
  parsed.password = '';
  for (const name of parsed.searchParams.keys()) parsed.searchParams.set(name, '…');
  return decodeURI(parsed.href);
}
