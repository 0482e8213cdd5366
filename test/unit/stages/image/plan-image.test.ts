import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { ImagePlan } from '../../../../src/stages/image/index.ts';
import type { ImageConfig, RuntimeConfig } from '../../../../src/oci/types.ts';
import { planImage } from '../../../support/plan-image.ts';
import { faultsOf } from './faults-of.ts';

const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function parentWith(config: RuntimeConfig): { id: 'base/glibc'; config: ImageConfig } {
  const rest = { created: '1970-01-01T00:00:00Z', architecture: 'amd64', os: 'linux', history: [] } as const;
  return { id: 'base/glibc', config: { ...rest, rootfs: { type: 'layers', diff_ids: [] }, config } };
}

const plan = (text: string, options: Partial<Parameters<typeof planImage>[0]> = {}): ImagePlan =>
  planImage({ text, ...options });
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
    ['RUN []', 'cannot apply RUN: the list has no command'],
    ['RUN --network=x ls', 'cannot apply RUN: --network=x is neither default, host nor none'],
    [
      'RUN --security=insecure ls',
      'cannot apply RUN: --security=insecure would give it the rights of this machine',
    ],
    ['RUN --privileged ls', 'cannot apply RUN: the flag --privileged is not supported by this version'],
    ['RUN --mount=type=x,target=/a ls', 'cannot apply RUN: --mount=type=x,target=/a: there is no type "x"'],
    ['RUN --mount=type=tmpfs ls', 'cannot apply RUN: --mount=type=tmpfs: it needs a target below /'],
    [
      'RUN --mount=type=tmpfs,target=/a,source=b ls',
      'cannot apply RUN: --mount=type=tmpfs,target=/a,source=b: "source" is no option of type tmpfs',
    ],
    [
      'RUN --mount=type=tmpfs,target=/a,size=x ls',
      'cannot apply RUN: --mount=type=tmpfs,target=/a,size=x: "x" is not a size',
    ],
    [
      'RUN --mount=target=/a,from=debian ls',
      'cannot apply RUN: --mount=target=/a,from=debian: only the image folder can be bound',
    ],
    ['RUN --mount=target=/a,rw ls', 'cannot apply RUN: --mount=target=/a,rw: the image folder is read-only'],
    [
      'RUN --mount=type=secret,id=x ls',
      'cannot apply RUN: --mount=type=secret,id=x: what it brings would be in no key, and often in the image',
    ],
    ['FROM scratch', 'cannot apply FROM: a template makes one image, so there is no second stage'],
    ['ADD https://example.org/x.tar /', 'cannot apply ADD: an address needs its checksum'],
    ['ADD --checksum=sha256:1 https://example.org/x /', 'cannot apply ADD: an address needs its checksum'],
    [`ADD --checksum=sha256:${'a'.repeat(64)} x /`, 'cannot apply ADD: --checksum is for an address'],
    ['ADD git@example.org:a/b /', 'cannot apply ADD: "git@example.org:a/b" is no file that can be checked'],
    ['ADD rootfs.tar a /', 'cannot apply ADD: rootfs.tar is added alone'],
    ['ADD --chown=1 rootfs.tar /', 'cannot apply ADD: rootfs.tar has owners and modes of its own'],
    ['ADD rootfs.tar /opt', 'cannot apply ADD: rootfs.tar goes to /, nowhere else'],
    ['COPY --chown=a:b:c a /', 'cannot apply COPY: --chown=a:b:c is no user'],
    ['COPY --chmod=u+x a /', 'cannot apply COPY: --chmod=u+x is not an octal number'],
    ['COPY --from=x a /', 'cannot apply COPY: --from=x is no image of this project'],
    ['COPY --parents a /', 'cannot apply COPY: the flag --parents is not supported by this version'],
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
    ['USER 4294967296', 'cannot apply USER: the number 4294967296 is too large'],
    ['USER app:2147483648', 'cannot apply USER: the number 2147483648 is too large'],
    ['COPY --chown=2147483648 a /', 'cannot apply COPY: the number 2147483648 is too large'],
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
    const faults = faultsOf(() => plan('ENV a=1\nFROM debian:12\nRUN []\nADD a\nUSER 1\nEXPOSE x'));
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
      [5, { kind: 'directory', path: '/srv', user: 'www', createdBy: 'WORKDIR /srv' }],
      [
        6,
        {
          ...{ kind: 'copy', sources: ['a'], destination: 'x/', workdir: '/srv', createdBy: 'COPY a x/' },
          ...{
            documents: [],
            downloads: [],
            unpack: false,
            from: undefined,
            owner: undefined,
            mode: undefined,
          },
        },
      ],
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

describe('COPY and ADD', () => {
  const stepOf = (text: string, options = {}) => plan(`FROM scratch\n${text}`, options).steps.at(-1);

  test('have owner and mode, expanded', () => {
    expect(stepOf('ARG U=www M=640\nCOPY --link --chown=$U:55 --chmod=0${M} a b /c/')).toMatchObject({
      ...{ owner: 'www:55', mode: 0o640, sources: ['a', 'b'], unpack: false },
    });
  });

  test('bring here-documents, expanded unless their names are quoted', () => {
    const text = `ENV A="it's" B=b\nCOPY <<one <<'two' /d/\n"$A" '\${B:-x}' \\$A \\\\\none\n$A\\\ntwo`;
    expect(stepOf(text)).toMatchObject({
      documents: [
        { name: 'one', text: `"it's" 'b' $A \\\n` },
        { name: 'two', text: '$A\\\n' },
      ],
      sources: [],
      destination: '/d/',
      createdBy: 'COPY <<one <<two /d/',
    });
    const [fault] = faultsOf(() => stepOf('COPY a <<E\nE'));
    expect(fault?.message).toBe('cannot apply COPY: it needs a source and a destination');
  });

  test('--from names an image of the project', () => {
    const findImage = (name: string) =>
      name === 'tools' ? ('a/tools' as const) : { hint: 'did you mean "a/b"?' };
    expect(stepOf('COPY --from=tools /x /y', { findImage })).toMatchObject({
      from: 'a/tools',
      sources: ['/x'],
    });
    const [fault] = faultsOf(() => stepOf('COPY --from=0 /x /y', { findImage }));
    expect(fault).toMatchObject({
      ...{ message: 'cannot apply COPY: --from=0 is no image of this project', hint: 'did you mean "a/b"?' },
    });
  });

  test('ADD unpacks, and fetches what has a checksum', () => {
    const sha256 = 'a'.repeat(64);
    expect(stepOf('ADD x.tar y /z/')).toMatchObject({ kind: 'copy', unpack: true, sources: ['x.tar', 'y'] });
    const url = 'https://example.org/d/x.tar.gz?y=1';
    expect(stepOf(`ADD --checksum=sha256:${sha256} ${url} local /z/`)).toMatchObject({
      ...{ downloads: [{ url, sha256, name: 'x.tar.gz' }], sources: ['local'], destination: '/z/' },
    });
  });
});

describe('RUN', () => {
  const run = (text: string) => plan(`FROM scratch\n${text}`).steps.at(-1);

  test('runs in the shell, or by itself, as what came before says', () => {
    const before = 'ARG A=1\nENV B="x y" C=$A\nUSER www\nWORKDIR /w\nSHELL ["/bin/bash", "-ec"]\n';
    expect(run(`${before}RUN --network=none echo "$B" \\\n  && ls`)).toMatchObject({
      ...{ kind: 'run', argv: ['/bin/bash', '-ec', 'echo "$B"   && ls'], usesShell: true, network: 'none' },
      ...{ env: { PATH: path.slice(5), A: '1', B: 'x y', C: '1' }, user: 'www', workdir: '/w' },
      createdBy: 'RUN |1 A=1 /bin/bash -ec echo "$B"   && ls',
    });
    expect(run('RUN ["/bin/x", "$A"]')).toMatchObject({
      ...{
        argv: ['/bin/x', '$A'],
        usesShell: false,
        script: undefined,
        network: 'host',
        workdir: '/',
        user: '',
      },
      createdBy: 'RUN /bin/x $A',
    });
  });

  test.each([
    ['RUN <<EOF\n$a\nEOF', { argv: ['/bin/sh', '-c', '$a\n'], usesShell: true }],
    ['RUN <<-EOF\n\ta\n\tEOF', { argv: ['/bin/sh', '-c', 'a\n'] }],
    ['RUN <<E\n#!/bin/x\n1\nE', { argv: ['/dev/pipes/E'], script: '#!/bin/x\n1\n', usesShell: false }],
    ['RUN <<"E O" \n$a\nE O', { argv: ['/bin/sh', '-c', '$a\n'] }],
    ['RUN <<E sh -e\n1\nE', { argv: ['/bin/sh', '-c', '<<E sh -e\n1\nE'], script: undefined }],
    ['RUN <<E cat > /x\n#!/bin/x\nE', { argv: ['/bin/sh', '-c', '<<E cat > /x\n#!/bin/x\nE'] }],
    [
      'RUN cat <<A > /x && sh <<-B\n1\nA\n\t2\n\tB',
      { argv: ['/bin/sh', '-c', 'cat <<A > /x && sh <<-B\n1\nA\n\t2\nB'] },
    ],
  ])('%j', (text, expected) => {
    expect(run(text)).toMatchObject({ kind: 'run', ...expected });
  });

  test('mounts', () => {
    const mounts = [
      'type=tmpfs,dst=/t,size=2m',
      'type=cache,id=x,target=c,sharing=locked',
      'source=a/b,target=/b,ro',
    ];
    const flags = mounts.map((mount) => `--mount=${mount}`).join(' ');
    expect(run(`WORKDIR /w\nRUN ${flags} ls`)).toMatchObject({
      mounts: [
        { kind: 'tmpfs', path: '/t', sizeBytes: 2 ** 21 },
        { kind: 'tmpfs', path: '/w/c', sizeBytes: undefined },
        { kind: 'bind', path: '/b', source: 'a/b' },
      ],
    });
  });

  test('proxies are in no history', () => {
    expect(run('ARG HTTP_PROXY=http://u:p@h no_proxy=x A=1\nRUN ls')?.createdBy).toBe(
      'RUN |1 A=1 /bin/sh -c ls',
    );
    expect(run('ARG https_proxy=http://u:p@h\nRUN ls')?.createdBy).toBe('RUN /bin/sh -c ls');
  });
});

test('the history is in the words of Docker', () => {
  const text = [
    'ENV A=1 B="two words"',
    'LABEL a="y z"',
    'ARG x=$A y',
    'EXPOSE 80 53/udp',
    'VOLUME /b /a',
    'USER $B',
    'STOPSIGNAL 9',
    'CMD echo "a"',
    'ENTRYPOINT ["a", "b\\"c"]',
    'SHELL ["/s", "-c"]',
    'ONBUILD RUN x',
    'HEALTHCHECK NONE',
  ];
  expect(plan(`FROM scratch\n${text.join('\n')}`).steps.map(({ createdBy }) => createdBy)).toEqual([
    'ENV A=1 B=two words',
    'LABEL a=y z',
    'ARG x=1 y',
    'EXPOSE map[53/udp:{} 80/tcp:{}]',
    'VOLUME [/b /a]',
    'USER two words',
    'STOPSIGNAL 9',
    'CMD ["/bin/sh" "-c" "echo \\"a\\""]',
    'ENTRYPOINT ["a" "b\\"c"]',
    'SHELL [/s -c]',
    'ONBUILD RUN x',
    'HEALTHCHECK NONE',
  ]);
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
    const [fault] = faultsOf(() => child('USER 1', { OnBuild: ['RUN []'] }));
    expect([fault?.message, fault?.at?.line]).toEqual(['cannot apply RUN: the list has no command', 1]);
  });
});

describe('ARG', () => {
  test('knows the platform, in no history, unless it has a default', () => {
    const text =
      'ARG TARGETOS=x\nFROM scratch\nARG TARGETARCH TARGETPLATFORM TARGETOS BUILDARCH=y TARGETVARIANT';
    const { steps } = plan(`${text}\nRUN x`);
    expect(steps.map(({ createdBy }) => createdBy)).toEqual([
      'ARG TARGETARCH TARGETPLATFORM TARGETOS BUILDARCH=y TARGETVARIANT',
      'RUN |5 TARGETARCH=amd64 TARGETPLATFORM=linux/amd64 TARGETOS=x BUILDARCH=y TARGETVARIANT= /bin/sh -c x',
    ]);
    expect(scratch('ENV A=x$TARGETARCH').Env).toEqual([path, 'A=x']);
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
