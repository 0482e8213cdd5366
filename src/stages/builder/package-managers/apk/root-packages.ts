import type { ApkPackage } from './parse-index.ts';

/**
 * What a root has before the packages of an image are installed: accounts, and the shell that their scripts are run by. Few
 * packages say that they need them. Carve leaves them behind unless something in the image does.
 * @returns what is asked of apk, as far as the repositories have it
 */
export function rootPackages(offers: readonly ApkPackage[]): readonly string[] {
  const layout = offers.some(({ name }) => name === layoutPackage) ? [layoutPackage] : [];
  return [...layout, ...shell(offers)];
}

const layoutPackage = 'alpine-baselayout';

/** apk takes a provider by itself only where one has a priority; others must be named. */
function shell(offers: readonly ApkPackage[]): readonly string[] {
  const providers = offers.filter(({ provides }) => provides.includes('/bin/sh'));
  if (providers.some(({ priority }) => priority > 0)) return ['/bin/sh'];
  const names = [...new Set(providers.map(({ name }) => name))].sort();
  const chosen = names.find((name) => name === 'busybox') ?? names[0];
  return chosen === undefined ? [] : [chosen];
}
