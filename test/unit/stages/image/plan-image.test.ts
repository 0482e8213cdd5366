import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { planImage, type ImagePlan } from '../../../../src/stages/image/index.ts';
import type { ImageConfig, RuntimeConfig } from '../../../../src/oci/types.ts';
import { faultsOf } from './faults-of.ts';

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function parentWith(config: RuntimeConfig): { id: 'base/glibc'; config: ImageConfig } {
  const rest = { created: '1970-01-01T00:00:00Z', architecture: 'amd64', os: 'linux', history: [] } as const;
  return { id: 'base/glibc', config: { ...rest, rootfs: { type: 'layers', diff_ids: [] }, config } };
}

const plan = (text: string, options: Partial<Parameters<typeof planImage>[0]> = {}): ImagePlan =>
  planImage({ file: 'Dockerfile.template', text, rootfs: 'optional', ...options });
const scratch = (body: string): RuntimeConfig => plan(`FROM scratch\n${body}`).config;
const child = (body: string, config: RuntimeConfig): ImagePlan =>
  plan(`FROM base/glibc\n${body}`, { parent: parentWith(config) });

/** [instructions, configuration]: recorded from `docker build` (BuildKit 20.10) and `docker image inspect`. */
const recorded = JSON.parse(readFileSync(`${import.meta.dirname}/buildkit.json`, 'utf8')) as [
  string,
  RuntimeConfig,
][];

describe('the configuration is what BuildKit makes of', () => {
  test.each(recorded)('%j', (body, expected) => {
    const { Env = [path], ...others } = expected;
    const { config } = plan(`ARG G=global\nFROM scratch\n${body}\n`);
    expect(config).toEqual({ ...others, Env: Env.map((pair) => (pair === 'PATH' ? path : pair)) });
  });
});

describe('what is refused, with its line', () => {
  test.each([
    ['RUN echo', 'cannot apply RUN: RUN is not supported by this version'],
    ['FROM scratch', 'cannot apply FROM: a second FROM is not supported by this version'],
    ['ADD https://example.org/x.tar /', 'cannot apply ADD: a URL is not supported by this version'],
    [
      'ADD other.tar.gz /',
      'cannot apply ADD: anything but "ADD rootfs.tar /" is not supported by this version',
    ],
    ['ADD rootfs.tar /opt', 'cannot apply ADD: rootfs.tar goes to /, nowhere else'],
    ['COPY --chown=1:1 a /', 'cannot apply COPY: the flag --chown is not supported by this version'],
    ['COPY --from=x a /', 'cannot apply COPY: the flag --from is not supported by this version'],
    ['COPY *.conf /', 'cannot apply COPY: the pattern in "*.conf" is not supported by this version'],
    ['COPY a', 'cannot apply COPY: it needs a source and a destination'],
    [
      'COPY a b /c',
      'cannot apply COPY: with several sources the destination is a directory and ends with "/"',
    ],
    ['COPY $U /c', 'cannot apply COPY: a path is empty'],
    ['ENV a', 'cannot apply ENV: "a" is not NAME=value'],
    ['ENV a=1 b', 'cannot apply ENV: "b" is not NAME=value'],
    ['ENV =1', 'cannot apply ENV: a name is empty'],
    ['ENV a="x', 'cannot apply ENV: "x lacks a closing double quote'],
    ['ENV a="${u:?set it}"', 'cannot apply ENV: u: set it'],
    ['ARG 1=x', 'cannot apply ARG: "1" is not a variable name'],
    ['EXPOSE http', 'cannot apply EXPOSE: "http" is not a port'],
    ['EXPOSE 8080:80', 'cannot apply EXPOSE: "8080:80" is not a port'],
    ['EXPOSE 70000', 'cannot apply EXPOSE: "70000" is no range from 1 to 65535'],
    ['EXPOSE 20-10', 'cannot apply EXPOSE: "20-10" is no range from 1 to 65535'],
    ['VOLUME []', 'cannot apply VOLUME: it has no arguments'],
    ['USER $nope', 'cannot apply USER: its argument is empty'],
    ['CMD [1]', 'cannot apply CMD: the list may hold strings only'],
    ['CMD --x y', 'cannot apply CMD: the flag --x is not supported by this version'],
    ['SHELL /bin/sh', 'cannot apply SHELL: it is not a JSON list of strings'],
    ['HEALTHCHECK curl', 'cannot apply HEALTHCHECK: "curl" is neither CMD nor NONE'],
    ['HEALTHCHECK CMD', 'cannot apply HEALTHCHECK: CMD has no command'],
    ['HEALTHCHECK NONE x', 'cannot apply HEALTHCHECK: NONE takes no arguments'],
    ['HEALTHCHECK --interval=5 CMD x', 'cannot apply HEALTHCHECK: --interval=5 is not a duration'],
    ['HEALTHCHECK --timeout=1us CMD x', 'cannot apply HEALTHCHECK: --timeout=1us is less than 1ms'],
    ['HEALTHCHECK --retries=-1 CMD x', 'cannot apply HEALTHCHECK: --retries=-1 is not a whole number'],
    ['STOPSIGNAL SIGNONE', 'cannot apply STOPSIGNAL: "SIGNONE" is not a signal'],
    ['ONBUILD ONBUILD USER x', 'cannot apply ONBUILD: ONBUILD cannot be an ONBUILD trigger'],
    ['ONBUILD FORM x', 'cannot read "FORM": it is not a Dockerfile instruction'],
  ])('%s', (instruction, message) => {
    const [fault, ...others] = faultsOf(() => plan(`FROM scratch\n${instruction}`));
    expect(fault?.message).toBe(message);
    expect(fault?.code).toBe('IMAGE_INVALID');
    expect(fault?.at).toMatchObject({
      file: 'Dockerfile.template',
      line: 2,
      column: 1,
      excerpt: instruction,
    });
    expect(others).toEqual([]);
  });

  test('all faults come at once, in order', () => {
    const faults = faultsOf(() => plan('ENV a=1\nFROM debian:12\nRUN x\nADD a b\nUSER 1\nEXPOSE x'));
    expect(faults.map(({ at }) => at?.line)).toEqual([1, 2, 3, 4, 6]);
  });

  test('a value that doubles itself over and over is stopped', () => {
    const lines = Array.from({ length: 40 }, () => 'ENV a=$a$a');
    expect(faultsOf(() => plan(['FROM scratch', 'ENV a=0123456789', ...lines].join('\n')))[0]?.message).toBe(
      'cannot apply ENV: a value is longer than 131072 bytes',
    );
  });
});

describe('FROM', () => {
  test('is the parent of build.conf, or scratch when there is none', () => {
    expect(() => plan('FROM scratch')).not.toThrow();
    expect(() => child('', {})).not.toThrow();
    expect(() => plan('ARG P=scratch\nFROM $P AS image')).not.toThrow();
    const [fault] = faultsOf(() => plan('FROM debian:12', { parent: parentWith({}) }));
    expect(fault?.message).toBe(
      'cannot apply FROM: "debian:12" is not the image\'s parent, which is "base/glibc"',
    );
    expect(fault?.at?.line).toBe(1);
  });

  test('is there, alone and without a platform', () => {
    expect(faultsOf(() => plan('# nothing'))[0]?.message).toContain('it has no FROM');
    expect(faultsOf(() => plan('FROM scratch x'))[0]?.message).toContain('is not one image');
    expect(faultsOf(() => plan('FROM --platform=linux/arm64 scratch'))[0]?.message).toContain('--platform');
  });
});

describe('ADD rootfs.tar /', () => {
  test('is needed once when the build makes files', () => {
    const required = { rootfs: 'required' } as const;
    expect(plan('FROM scratch\nADD ["./rootfs.tar", "/"]', required).steps[0]?.kind).toBe('rootfs');
    const [missing] = faultsOf(() => plan('FROM scratch\nUSER 1', required));
    expect(missing?.message).toContain('what was built is not added to the image');
    expect(missing?.hint).toBe('ADD rootfs.tar /');
    const [twice] = faultsOf(() => plan('FROM scratch\nADD rootfs.tar /\nADD rootfs.tar /', required));
    expect([twice?.message, twice?.at?.line]).toEqual(['cannot apply ADD: rootfs.tar is already added', 3]);
  });

  test('may be missing when nothing is built', () => {
    expect(plan('FROM scratch\nUSER 1').steps.map(({ kind }) => kind)).toEqual(['config']);
  });
});

describe('steps', () => {
  test('keep the order and the text of the instructions', () => {
    const { steps } = plan(
      'FROM scratch\nENV D=/srv\nADD rootfs.tar /\nUSER www\nWORKDIR $D\nCOPY a \\\n  x/\nWORKDIR /\nCMD ["x"]',
    );
    expect(steps.map(({ at, ...step }) => [at.line, step])).toEqual([
      [2, { kind: 'config', createdBy: 'ENV D=/srv' }],
      [3, { kind: 'rootfs', createdBy: 'ADD rootfs.tar /' }],
      [4, { kind: 'config', createdBy: 'USER www' }],
      [5, { kind: 'directory', path: '/srv', user: 'www', createdBy: 'WORKDIR $D' }],
      [6, { kind: 'copy', sources: ['a'], destination: 'x/', workdir: '/srv', createdBy: 'COPY a   x/' }],
      [8, { kind: 'config', createdBy: 'WORKDIR /' }],
      [9, { kind: 'config', createdBy: 'CMD ["x"]' }],
    ]);
  });

  test('COPY has its sources, its destination and the directory of that moment', () => {
    const { steps } = plan('FROM scratch\nWORKDIR /a\nWORKDIR b\nCOPY ["x y", "z", "c/"]\nCOPY x /y');
    expect(steps.slice(2)).toMatchObject([
      { kind: 'copy', sources: ['x y', 'z'], destination: 'c/', workdir: '/a/b' },
      { kind: 'copy', sources: ['x'], destination: '/y', workdir: '/a/b' },
    ]);
  });
});

describe('a child', () => {
  const config: RuntimeConfig = {
    User: 'www',
    Env: ['PATH=/bin', 'A=1', 'B=x=y'],
    ExposedPorts: { '80/tcp': {} },
    Volumes: { '/data': {} },
    Labels: { b: '1', maintainer: 'Parent' },
    WorkingDir: '/srv',
    Entrypoint: ['/init'],
    Cmd: ['serve'],
    StopSignal: 'SIGINT',
    Healthcheck: { Test: ['CMD', '/check'], Retries: 2 },
    Shell: ['/bin/bash', '-c'],
  };

  test('has all its parent has but ONBUILD', () => {
    expect(child('', { ...config, OnBuild: ['ENV C=3'] }).config).toEqual({
      ...config,
      Env: [...config.Env!, 'C=3'],
    });
  });

  test('adds to lists and replaces single values', () => {
    const changed = child(
      'ENV A=2 D=$A\nLABEL maintainer=Child a=2\nEXPOSE 443\nVOLUME /more\nWORKDIR sub\nUSER 0\nSTOPSIGNAL 9\nHEALTHCHECK NONE\nCMD x',
      config,
    ).config;
    expect(changed).toEqual({
      ...config,
      User: '0',
      Env: ['PATH=/bin', 'A=2', 'B=x=y', 'D=1'],
      ExposedPorts: { '443/tcp': {}, '80/tcp': {} },
      Volumes: { '/data': {}, '/more': {} },
      Labels: { a: '2', b: '1', maintainer: 'Child' },
      WorkingDir: '/srv/sub',
      Cmd: ['/bin/bash', '-c', 'x'],
      StopSignal: '9',
      Healthcheck: { Test: ['NONE'] },
    });
    expect(Object.keys(changed.Labels!)).toEqual(['a', 'b', 'maintainer']);
  });

  test('an ENTRYPOINT of its own resets the inherited CMD, not its own', () => {
    expect(child('ENTRYPOINT ["/x"]', config).config.Cmd).toBeUndefined();
    expect(child('CMD ["own"]\nENTRYPOINT ["/x"]', config).config.Cmd).toEqual(['own']);
  });

  test('runs the ONBUILD triggers of its parent right after FROM', () => {
    const { steps, config: built } = child('ENV B=$A', { OnBuild: ['ARG A=1', 'COPY app/ /srv/'] });
    expect(steps.map(({ kind, at }) => [kind, at.line])).toEqual([
      ['config', 1],
      ['copy', 1],
      ['config', 2],
    ]);
    expect(built.Env).toContain('B=1');
    const [fault] = faultsOf(() => child('USER 1', { OnBuild: ['RUN make'] }));
    expect([fault?.message, fault?.at?.line]).toEqual([
      'cannot apply RUN: RUN is not supported by this version',
      1,
    ]);
  });
});

describe('ARG', () => {
  const arguments_ = new Map([
    ['A', 'given'],
    ['Z', 'unused'],
  ]);
  test('a given value beats the default; an argument nobody declares is a warning', () => {
    const { config, warnings } = plan('FROM scratch\nARG A=default\nENV B=$A', { buildArgs: arguments_ });
    expect(config.Env).toEqual([path, 'B=given']);
    expect(warnings).toEqual(['Dockerfile.template: the build argument Z is declared by no ARG']);
  });

  test('one before FROM is unknown after it until named again', () => {
    const text = 'ARG V=1\nFROM scratch\nENV A=x$V\nARG V\nENV B=x$V';
    expect(plan(text).config.Env).toEqual([path, 'A=x', 'B=x1']);
  });
});

test('what is probably a mistake is a warning', () => {
  const { warnings } = plan("FROM scratch\nMAINTAINER me\nENV A=$U B=${U:-x}\nCMD ['x']");
  expect(warnings).toEqual([
    'Dockerfile.template:2: MAINTAINER is deprecated: write LABEL maintainer="…"',
    'Dockerfile.template:3: $U is not set, so it is empty',
    'Dockerfile.template:4: it starts with "[" but is not a JSON list of strings, so it goes to a shell',
  ]);
});

test('MAINTAINER names the author', () => {
  expect(plan('FROM scratch\nMAINTAINER Jane <j@example.org>').author).toBe('Jane <j@example.org>');
});

test('names that look like members of every object are names like others', () => {
  const { Labels, Env } = scratch('LABEL __proto__=a constructor=b\nENV __proto__=c');
  expect(Object.entries(Labels!)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
  expect(Env).toContain('__proto__=c');
});
