import { describe, expect, test } from 'vitest';
import { renderError } from '../../../../src/cli/render-error.ts';
import { createDiagnostics } from '../../../../src/stages/config/diagnostics.ts';
import { configSchema } from '../../../../src/stages/config/config-schema.ts';
import { parseYaml } from '../../../../src/stages/config/parse-yaml.ts';
import { createSourceText } from '../../../../src/stages/config/source-text.ts';

function parse(text: string) {
  const diagnostics = createDiagnostics('/p');
  const parsed = parseYaml(createSourceText('/p/kubler.config.yaml', text), configSchema, diagnostics);
  return {
    config: parsed?.value,
    faults: diagnostics.faults,
    places: diagnostics.faults.map(({ message, at }) => `${at?.line}:${at?.column} ${message}`),
  };
}

describe('a good file', () => {
  test('may hold every key', () => {
    const { config, places } = parse(
      [
        'engine: native',
        'default_builder: web/fat',
        'maintainer: Jo Doe <jo@example.org>',
        'tags: [latest, "1.10"]',
        'prune: [docs, -locales]',
        'epoch: 1700000000',
        'data_dir: ~/data',
        'jobs: 4',
        'apt:',
        '  mirror: http://mirror.example/debian',
        '  security_mirror: https://mirror.example/security',
        '  keyring: keys/debian.gpg',
        '  components: [main, contrib]',
        '  sources:',
        '    - { uri: https://apt.example, suite: bookworm, components: [main], key: keys/x.asc }',
        'network: { http_proxy: "proxy.example:3128", https_proxy: http://u:p@proxy.example, no_proxy: .local, ca_file: ca.pem }',
        'namespace: web',
      ].join('\n'),
    );
    expect(places).toEqual([]);
    expect(config).toMatchObject({
      jobs: 4,
      tags: ['latest', '1.10'],
      apt: { sources: [{ suite: 'bookworm' }] },
    });
  });

  test.each(['', '# only a comment\n', '---\n', '{}'])('may be empty: %j', (text) => {
    expect(parse(text)).toMatchObject({ config: {}, places: [] });
  });

  test('may have keys without a value, as when all below is commented out', () => {
    expect(parse('apt:\n#  mirror: x\njobs:\n')).toMatchObject({ config: {}, places: [] });
  });

  test('may use anchors', () => {
    expect(parse('tags: &t [a, b]\nprune: *t\n').config).toMatchObject({ prune: ['a', 'b'] });
  });
});

describe('faults', () => {
  test.each([
    ['engine: lxc', '1:9 cannot read "engine": it must be "auto" or "native" or "docker" or "podman"'],
    ['jobs: two', '1:7 cannot read "jobs": it must be a whole number'],
    ['jobs: 1.5', '1:7 cannot read "jobs": it must be a whole number'],
    ['jobs: 0', '1:7 cannot read "jobs": it must be at least 1'],
    ['jobs: 100000', '1:7 cannot read "jobs": it must be at most 1024'],
    ['epoch: -1', '1:8 cannot read "epoch": it must be at least 0'],
    ['tags: latest', '1:7 cannot read "tags": it must be a list'],
    ['tags: []', '1:7 cannot read "tags": it must name at least one tag'],
    ['tags: [a, 1.10]', '1:11 cannot read "tags[1]": it must be text (put it in quotes)'],
    [
      'tags:\n  - good\n  - -bad',
      '3:5 cannot read "tags[1]": it must be a tag: letters, digits, "_", "." and "-", not starting with "." or "-", at most 128 characters',
    ],
    ['apt: http://x', '1:6 cannot read "apt": it must be a mapping of keys to values'],
    [
      'apt:\n  mirror: ftp://x',
      '2:11 cannot read "apt.mirror": it must be an address that starts with http://, https:// or file://',
    ],
    [
      'apt:\n  sources:\n    - uri: http://x\n      suite: s\n      components: [main]',
      '3:7 cannot read "apt.sources[0].key": it is missing',
    ],
    [
      'network: { http_proxy: socks5://x }',
      '1:24 cannot read "network.http_proxy": it must be an address such as http://proxy.example:3128',
    ],
    ['jobs: 1\njob: 2', '2:1 cannot read "job": there is no such key'],
    ['apt:\n  miror: x', '2:3 cannot read "apt.miror": there is no such key'],
    ['[1, 2]', '1:1 cannot read the file: it must be a mapping of keys to values'],
    ['__proto__: 1', '1:1 cannot read "__proto__": there is no such key'],
    ['jobs: 1\njobs: 2', '2:1 cannot read YAML: Map keys must be unique'],
    [
      'tags: [a',
      '1:9 cannot read YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['jobs: !custom 1', '1:7 cannot read YAML: Unresolved tag: !custom'],
    [
      'a: 1\n---\nb: 2',
      '2:1 cannot read YAML: Source contains multiple documents; please use YAML.parseAllDocuments()',
    ],
  ])('%j', (text, place) => {
    expect(parse(text).places).toEqual([place]);
  });

  test('all of them come at once, in the order of the file', () => {
    const { places } = parse('jobs: x\nengin: native\napt: { miror: a, mirror: 1 }\n');
    expect(places.map((place) => place.slice(0, 4))).toEqual(['1:7 ', '2:1 ', '3:8 ', '3:26']);
  });

  test('an unknown key gets a suggestion, or the list of keys', () => {
    const [near, far] = parse('apt: { miror: x, zzzzzzz: y }').faults;
    expect(near?.hint).toBe('did you mean "mirror"?');
    expect(far?.hint).toBe(
      'known keys: mirror, security_mirror, keyring, components, sources, check_valid_until',
    );
  });

  test('are shown with a caret, passwords hidden', () => {
    const [fault] = parse('# settings\nnetwork: { http_proxi: "http://user:secret@proxy:3128" }\n').faults;
    expect(renderError(fault, { colour: false, debug: false, cwd: '/p' })).toBe(
      [
        'error: cannot read "network.http_proxi": there is no such key',
        '  --> kubler.config.yaml:2:12',
        '    |',
        '  2 | network: { http_proxi: "http://***********@proxy:3128" }',
        '    |            ^',
        'hint: did you mean "http_proxy"?',
        '',
      ].join('\n'),
    );
  });

  test('content that multiplies through aliases is refused', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level++) {
      lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
    }
    expect(() => parse(lines.join('\n'))).toThrow(
      /cannot read "\/p\/kubler.config.yaml": Excessive alias count/,
    );
  });
});
