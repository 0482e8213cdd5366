import { parseShellPattern, replaceMatches, trimPrefix, trimSuffix } from './shell-pattern.ts';

/** What a word is expanded against. */
export interface Expansion {
  readonly escape: string;
  /** Quotes are text like any other, as in a here-document. */
  readonly quotesAreText?: boolean;
  /** The value of a variable. `optional` is true where the word says what to do without one. */
  readonly lookup: (name: string, optional: boolean) => string | undefined;
  /** Makes the error for a word that cannot be expanded. */
  readonly fail: (reason: string) => Error;
}

/** `${A:-${B:-…}}` deeper than this is an attack, not a Dockerfile. */
const maxDepth = 50;

/**
 * Removes quotes and escapes from a word and puts in `$NAME`, `${NAME}`, `${NAME:-x}`, `${NAME:+x}` and `${NAME:?x}`, with
 * or without the colon, `${NAME#x}`, `${NAME##x}`, `${NAME%x}`, `${NAME%%x}`, `${NAME/x/y}` and `${NAME//x/y}`, nested or not,
 * as Docker does (https://docs.docker.com/reference/dockerfile/#environment-replacement).
 */
export function expandWord(word: string, expansion: Expansion): string {
  return new WordScanner(word, expansion).scan();
}

/** Walks over one word; holds the place it got to. */
class WordScanner {
  readonly #word: string;
  readonly #expansion: Expansion;
  #index = 0;
  #depth = 0;

  constructor(word: string, expansion: Expansion) {
    this.#word = word;
    this.#expansion = expansion;
  }

  /**
   * Expands up to the end or, inside `${…}`, up to the character that ends a part of it, which is taken. The escapes of a
   * pattern are left to the pattern.
   */
  scan(stop?: '}' | '/', keepEscapes = false): string {
    const { escape, quotesAreText = false } = this.#expansion;
    let result = '';
    for (let char = this.#next(); char !== ''; char = this.#next()) {
      if (char === stop) return result;
      if (char === "'" && !quotesAreText) result += this.#singleQuoted();
      else if (char === '"' && !quotesAreText) result += this.#doubleQuoted();
      else if (char === '$') result += this.#variable();
      else if (char === escape) result += (keepEscapes ? '\\' : '') + this.#next();
      else result += char;
    }
    if (stop)
      throw this.#expansion.fail(`"${this.#word}" lacks a closing ${stop === '}' ? 'brace' : 'slash'}`);
    return result;
  }

  #next(): string {
    return this.#word.charAt(this.#index++);
  }

  #singleQuoted(): string {
    const end = this.#word.indexOf("'", this.#index);
    if (end < 0) throw this.#expansion.fail(`${this.#word} lacks a closing single quote`);
    const text = this.#word.slice(this.#index, end);
    this.#index = end + 1;
    return text;
  }

  /** Inside double quotes only `"`, `$` and the escape character itself can be escaped. */
  #doubleQuoted(): string {
    const { escape } = this.#expansion;
    let result = '';
    for (let char = this.#next(); char !== ''; char = this.#next()) {
      if (char === '"') return result;
      if (char === '$') result += this.#variable();
      else if (char === escape) {
        const escaped = this.#next();
        result += ['"', '$', escape].includes(escaped) ? escaped : escape + escaped;
      } else result += char;
    }
    throw this.#expansion.fail(`${this.#word} lacks a closing double quote`);
  }

  /** What follows a `$`; the dollar itself where no name does. */
  #variable(): string {
    const braced = this.#word[this.#index] === '{';
    if (braced) this.#index++;
    const name = this.#name();
    if (!braced) return name === '' ? '$' : (this.#expansion.lookup(name, false) ?? '');
    if (name !== '' && this.#word[this.#index] === '}') {
      this.#index++;
      return this.#expansion.lookup(name, false) ?? '';
    }
    const isTrim = name !== '' && /^[#%/]/.test(this.#word.slice(this.#index));
    if (!isTrim && (name === '' || !/^:?[-+?]/.test(this.#word.slice(this.#index)))) {
      throw this.#expansion.fail(`"${this.#word}" holds a \${…} that is not understood`);
    }
    if (++this.#depth > maxDepth) throw this.#expansion.fail(`\${…} is nested more than ${maxDepth} deep`);
    const result = isTrim ? this.#trim(name) : this.#substitution(name);
    this.#depth--;
    return result;
  }

  /** `#pattern}`, `%pattern}`, `/pattern/text}` and those with the sign twice. */
  #trim(name: string): string {
    const operator = this.#next();
    const isDouble = this.#word[this.#index] === operator;
    if (isDouble) this.#index++;
    const text = this.scan(operator === '/' ? '/' : '}', true);
    const pattern = parseShellPattern(text);
    if (!pattern) throw this.#expansion.fail(`"${text}" is not a pattern`);
    const replacement = operator === '/' ? this.scan('}') : '';
    const value = this.#expansion.lookup(name, false) ?? '';
    if (operator === '/') return replaceMatches(value, pattern, replacement, isDouble);
    return (operator === '#' ? trimPrefix : trimSuffix)(value, pattern, isDouble);
  }

  #substitution(name: string): string {
    const colon = this.#word[this.#index] === ':';
    if (colon) this.#index++;
    const operator = this.#next();
    const operand = this.scan('}');
    const value = this.#expansion.lookup(name, true);
    const isSet = value !== undefined && !(colon && value === '');
    if (operator === '+') return isSet ? operand : '';
    if (isSet) return value;
    if (operator === '-') return operand;
    throw this.#expansion.fail(operand === '' ? `${name} is not set` : `${name}: ${operand}`);
  }

  #name(): string {
    const names = /[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]/y;
    names.lastIndex = this.#index;
    const [name = ''] = names.exec(this.#word) ?? [];
    this.#index += name.length;
    return name;
  }
}
