/** The images that ship with Kubler and keep their packages whole, in order of their names. */
export const wholeImages = [
  'base/debian',
  'base/glibc',
  'debug/toolbox',
  'demo/curl',
  'demo/hello',
  'lang/python',
  'web/apache2',
] as const;

/** Those that are cut to what they reach. */
export const minimalImages = [
  'data/postgres-min',
  'data/redis-min',
  'demo/curl-min',
  'lang/python-min',
  'web/apache2-min',
  'web/nginx-min',
] as const;
