import { KublerError } from '../errors.ts';
import { isValidName, nameRule } from '../model/image-id.ts';

/** Names that a namespace may not have: Kubler uses them itself. */
const reserved = ['kubler', 'namespaces', 'builders', 'templates'];

/** Throws SCAFFOLD_BAD_NAME, with the rule, unless `name` may name a namespace, an image or a builder. */
export function checkName(kind: 'namespace' | 'image' | 'builder', name: string): void {
  if (!isValidName(name)) {
    throw new KublerError(
      'SCAFFOLD_BAD_NAME',
      `cannot name ${kindWithArticle[kind]} "${name}": that is no valid name`,
      {
        hint: `a name is ${nameRule}`,
      },
    );
  }
  if (kind === 'namespace' && reserved.includes(name)) {
    throw new KublerError(
      'SCAFFOLD_BAD_NAME',
      `cannot name a namespace "${name}": Kubler uses that name itself`,
    );
  }
}

const kindWithArticle = { namespace: 'a namespace', image: 'an image', builder: 'a builder' } as const;
