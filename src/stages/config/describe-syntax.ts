import type { Command, CommandNode, Statement, WordPart } from 'unbash';

const shorten = (text: string): string => {
  const line = text.split('\n', 1)[0] ?? '';
  return line.length > 40 || line !== text ? `${line.slice(0, 40)}…` : line;
};

const commandNames: Readonly<Record<Exclude<CommandNode['type'], 'Command' | 'While'>, string>> = {
  If: '"if"',
  For: '"for"',
  ArithmeticFor: '"for"',
  Select: '"select"',
  Case: '"case"',
  Function: 'a function',
  Subshell: 'a subshell "( … )"',
  BraceGroup: 'a command group "{ … }"',
  TestCommand: '"[[ … ]]"',
  ArithmeticCommand: 'arithmetic "(( … ))"',
  Redirected: 'a redirection',
  Coproc: '"coproc"',
};

/** Most "commands" of such a file are values that want quotes, or blanks next to `=`. */
function describeCommand({ name, prefix, suffix }: Command): string {
  const last = prefix.at(-1);
  const isCut = last?.type === 'Assignment' && last.value.type === 'Word';
  if (suffix[0]?.type === 'Word' && suffix[0].text.startsWith('=')) return 'a blank before "="';
  if (isCut && last.value.end === last.value.pos) return 'a blank after "="';
  if (isCut) return `a blank in a value without quotes, before "${shorten(name?.text ?? '')}",`;
  return `the command "${shorten(name?.text ?? '')}"`;
}

/** What a statement of a shell file that is not an assignment is called: `"if"`, `the command "date"`. */
export function describeStatement(command: Statement['command']): string {
  if (command.type === 'AndOr') return `"${command.operators[0] ?? '&&'}"`;
  if (command.type === 'Pipeline') return command.operators[0] ? 'a pipeline' : '"!" or "time"';
  if (command.type === 'While') return `"${command.kind}"`;
  if (command.type === 'Command') return describeCommand(command);
  return commandNames[command.type];
}

const partNames: Readonly<Partial<Record<WordPart['type'], string>>> = {
  CommandExpansion: 'command substitution',
  ArithmeticExpansion: 'arithmetic',
  ProcessSubstitution: 'process substitution',
  BraceExpansion: 'brace expansion',
  ExtendedGlob: 'an extended pattern',
  Glob: 'a pattern with quotes or variables in brackets',
  LocaleString: 'a translated string',
  ParameterExpansion: 'the expansion',
  SimpleExpansion: 'the expansion',
};

/** What a part of a word that is not supported is called: `command substitution "$(date)"`. */
export const describePart = (part: WordPart): string =>
  `${partNames[part.type] ?? 'the word'} "${shorten(part.text)}"`;
