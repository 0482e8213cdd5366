/** The images that ship with Kubler, in order of their names. */
export const shippedImages = [
  'base/debian',
  'base/glibc',
  'debug/toolbox',
  'demo/curl',
  'demo/hello',
  'lang/python',
  'web/apache2',
] as const;
