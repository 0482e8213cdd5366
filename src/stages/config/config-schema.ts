import { z } from 'zod';
import { engineSettings } from '../../model/engine-status.ts';
import { isImageId, isValidName, nameRule } from '../../model/image-id.ts';
import { tagPattern, tagRule } from '../../model/tag.ts';

const nonEmpty = (what: string) => z.string().min(1, `it must be ${what}`);
const filePath = nonEmpty('a path');

const name = z.string().refine(isValidName, `it must be a name: ${nameRule}`);
const builderName = z
  .string()
  .refine(
    (text) => isValidName(text) || isImageId(text),
    'it must be the NAME of a builder, or NAMESPACE/NAME',
  );

/** Name of a prune rule, or its name after `-`. */
export const pruneRulePattern = /^-?[a-z][a-z0-9-]*$/;

const archive = z
  .string()
  .regex(/^(?:https?|file):\/\/\S+$/, 'it must be an address that starts with http://, https:// or file://');
const proxy = z
  .string()
  .regex(/^(?:https?:\/\/)?[^\s/]+\/?$/, 'it must be an address such as http://proxy.example:3128');
const component = z
  .string()
  .regex(/^[a-z0-9][a-z0-9/._-]*$/, 'it must be the name of a component, such as main');
const suite = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9/.+~_-]*$/, 'it must be the name of a suite, such as bookworm');

const aptSource = z
  .strictObject({
    uri: archive.describe('Base address of the archive.'),
    suite: suite.describe('Suite, such as bookworm.'),
    components: z
      .array(component)
      .min(1, 'it must name at least one component')
      .describe('Components, such as main.'),
    key: filePath.describe('File with the OpenPGP key or keys that sign the archive.'),
  })
  .describe('An apt source besides those of the distribution.');

const apt = z
  .strictObject({
    mirror: archive.describe('Base address of the Debian archive. Default: the apt sources of this machine.'),
    security_mirror: archive.describe('Base address of the Debian security archive.'),
    keyring: filePath.describe(
      'Keyring that signs the Debian archive. Default: the one of the distribution.',
    ),
    components: z
      .array(component)
      .min(1, 'it must name at least one component')
      .describe('Components of the Debian archive. Default: main.'),
    sources: z.array(aptSource).describe('Further apt sources.'),
    check_valid_until: z
      .boolean()
      .describe('Refuse a release file past its Valid-Until. Default: true; false for archived releases.'),
  })
  .partial()
  .describe('Where Debian packages come from.');

const apk = z
  .strictObject({
    repositories: z
      .array(nonEmpty('an address or a path'))
      .min(1, 'it must name at least one repository')
      .describe(
        'Repositories: addresses (http, https, file) or folders, without the architecture; @TAG before one is its tag, v3 its version. ' +
          'Default: those in etc/apk of the tarball that the builder is made from.',
      ),
    keys: z
      .array(filePath)
      .min(1, 'it must name at least one key')
      .describe(
        'Files with the public keys that sign them, called as the signatures name them, or folders with such files. ' +
          'Default: those in etc/apk of that tarball.',
      ),
  })
  .partial()
  .describe('Where Alpine packages come from.');

const portage = z
  .strictObject({
    mirror: z
      .string()
      .regex(
        /^\s*((https?|file):\/\/\S+\s*)+$/,
        'it must be an address with http:, https: or file:, or several',
      )
      .describe('Base address of a mirror of Gentoo, or several with spaces between them, the best first.'),
    keyring: filePath.describe(
      'Keys that sign stage3 tarballs and trees. Default: /usr/share/openpgp-keys/gentoo-release.asc.',
    ),
    date: z
      .string()
      .regex(/^(latest|\d{8})$/, 'it must be a day such as 20261115, or latest')
      .describe("Of which day Portage's tree is. Default: latest, as of the last kubler update."),
  })
  .partial()
  .describe('Where Gentoo comes from.');

const network = z
  .strictObject({
    http_proxy: proxy.describe('Proxy for http addresses.'),
    https_proxy: proxy.describe('Proxy for https addresses.'),
    no_proxy: z.string().describe('Hosts reached without a proxy, separated by commas.'),
    ca_file: filePath.describe('PEM file with further certificate authorities.'),
  })
  .partial()
  .describe('How the network is reached.');

/** Variables of the original that are keys of the file. */
export const variableKeys: ReadonlyMap<string, string> = new Map([
  ['IMAGE_TAG', 'tags'],
  ['AUTHOR', 'maintainer'],
  ['DEFAULT_BUILDER', 'default_builder'],
  ['KUBLER_DATA_DIR', 'data_dir'],
  ['MIRROR', 'portage.mirror'],
  ['PORTAGE_DATE', 'portage.date'],
  ['HTTP_PROXY', 'network.http_proxy'],
  ['HTTPS_PROXY', 'network.https_proxy'],
  ['NO_PROXY', 'network.no_proxy'],
]);

const shellText = z.string('it must be text (put it in quotes)').refine((text) => !text.includes('\0'));

const variables = z
  .record(z.string(), z.union([shellText, z.array(shellText)]))
  .superRefine((values, context) => {
    for (const name of Object.keys(values)) {
      const key = variableKeys.get(name);
      const isName = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
      if (isName && key === undefined) continue;
      const message = isName ? `there is the key "${key}" for it` : 'it is not the name of a variable';
      context.addIssue({ code: 'custom', path: [name], message });
    }
  })
  .describe(
    'Variables that every build.conf below may use. BOB_* are handed to hooks and templates; some, such as POST_BUILD_HC, ' +
      'count for all images.',
  );

/** The shape of `kubler.config.yaml`, of a working directory and of a namespace alike. */
export const configSchema = z
  .strictObject({
    engine: z
      .enum(engineSettings)
      .describe(
        'What builds and runs containers. Default: auto, the first of native, docker and podman that works.',
      ),
    default_builder: builderName.describe(
      'Builder of images that name none, nor do their parents. Default: debian.',
    ),
    maintainer: z
      .string()
      .regex(/^[^\r\n]*$/, 'it must be one line')
      .describe('Name <email>, for ${MAINTAINER} in a Dockerfile.template.'),
    tags: z
      .array(z.string().regex(tagPattern, `it must be a tag: ${tagRule}`))
      .min(1, 'it must name at least one tag')
      .describe('Tags of every image whose build.conf sets no IMAGE_TAGS. Default: latest.'),
    prune: z
      .array(
        z.string().regex(pruneRulePattern, 'it must be the name of a prune rule, or -NAME to switch it off'),
      )
      .describe('Prune rules switched on (docs) or off (-docs) for every image.'),
    epoch: z
      .int()
      .min(0)
      .describe(
        'Seconds since 1970 that no file of an image is newer than. Default: the date of the package index.',
      ),
    data_dir: filePath.describe(
      'Folder for all that is generated. Default: $XDG_DATA_HOME/kubler, else ~/.local/share/kubler.',
    ),
    jobs: z.int().min(1).max(1024).describe('Images built side by side.'),
    apt,
    apk,
    portage,
    network,
    variables,
    namespace: name.describe(
      'Name of the namespace, where the working directory itself is one. Default: the name of the folder.',
    ),
  })
  .partial()
  .describe('Settings of Kubler: for a working directory, or for one namespace.');

/** A checked `kubler.config.yaml`, as written. */
export type ConfigFile = z.infer<typeof configSchema>;
