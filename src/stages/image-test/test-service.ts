import type { CommandTest, HttpTest, TestFile } from '../../model/image-tests.ts';
import type { TestResult } from '../../model/test-report.ts';
import type { HttpAnswer } from '../../ports/prober.ts';
import type { RunningContainer } from '../../ports/engine.ts';
import { nothingToStart, ownProcess, startContainer } from './container.ts';
import { mismatches } from './match-text.ts';
import { openTail, runTest, type Failure, type Tail } from './run-test.ts';
import { commandName, defaultTimeout, testCommand } from './test-command.ts';
import type { TestSubject } from './test-subject.ts';

/** The image's own process in a container that is asked from outside. */
interface Service {
  readonly subject: TestSubject;
  readonly container: RunningContainer;
  readonly tail: Tail;
  /** Exit status, once it has ended. */
  readonly ended: () => number | undefined;
}

/** One test of a service. */
interface Question {
  readonly name: string;
  readonly ask: (service: Service) => Promise<Failure | undefined>;
  /** The port it is asked at. */
  readonly port?: number | undefined;
}

/** Tests of a test.yaml that need the image's own process: one container for all of them. */
export async function testService(subject: TestSubject, file: TestFile): Promise<readonly TestResult[]> {
  const questions = toQuestions(subject, file);
  if (questions.length === 0) return [];
  const argv = ownProcess(subject.config);
  if (argv.length === 0) return runAll(subject, questions, () => Promise.resolve(nothingToStart));
  const tail = openTail(subject.log);
  await using container = await startContainer(subject, {
    rules: file,
    argv,
    log: tail.log,
    ports: [...new Set(questions.flatMap(({ port }) => port ?? []))],
  });
  let status: number | undefined;
  // What broke the log breaks it for all that follows, too.
  container.exited.then((code) => (status = code)).catch(() => undefined);
  const service: Service = { subject, container, tail, ended: () => status };
  return await runAll(subject, questions, ({ ask }) => ask(service));
}

function toQuestions(subject: TestSubject, file: TestFile): readonly Question[] {
  const { ports = [], http = [], commands = [], timeout } = file;
  const placed = http.map((test) => ({ ...test, port: test.port ?? onlyPort(subject) }));
  return [
    ...ports.map((port) => ({
      ...{ name: `port: ${port}`, port, ask: (service: Service) => testPort(service, port, timeout) },
    })),
    ...placed.map((test) => ({
      ...{ name: httpName(test), port: test.port },
      ask: (service: Service) => testHttp(service, test, timeout),
    })),
    ...commands
      .filter(({ inService }) => inService)
      .map((test) => ({
        ...{ name: commandName(subject, test), ask: (service: Service) => testInside(service, file, test) },
      })),
  ];
}

async function runAll(
  subject: TestSubject,
  questions: readonly Question[],
  ask: (question: Question) => Promise<Failure | undefined>,
): Promise<readonly TestResult[]> {
  const results: TestResult[] = [];
  for (const question of questions) results.push(await runTest(question.name, subject, () => ask(question)));
  return results;
}

function onlyPort({ config }: TestSubject): number | undefined {
  const ports = Object.keys(config.ExposedPorts ?? {}).filter((port) => port.endsWith('/tcp'));
  return ports.length === 1 ? parseInt(ports[0] ?? '', 10) : undefined;
}

const httpName = ({ port, path = '/', request }: HttpTest): string =>
  `http: ${request?.method ?? 'GET'} :${port ?? '?'}${path}`;

async function testPort(service: Service, port: number, timeout = defaultTimeout) {
  const { prober } = service.subject;
  const isOpen = await askUntil(service, timeout, () => prober.accepts(hostPort(service, port)), Boolean);
  return isOpen === true ? undefined : giveUp(service, timeout);
}

async function testHttp(
  service: Service,
  { port, request = {}, path = '/', timeout: own, ...wanted }: HttpTest,
  shared = defaultTimeout,
): Promise<Failure | undefined> {
  if (port === undefined) return { reason: 'say which port: the image does not expose exactly one' };
  const timeout = own ?? shared;
  const question = {
    ...{ port: hostPort(service, port), path },
    ...{ method: request.method ?? 'GET', headers: request.headers ?? {}, body: request.body },
  };
  const ask = async (timeoutMs: number) => {
    const answer = await service.subject.prober.request({ ...question, timeoutMs });
    return answer && judgeAnswer(wanted, answer);
  };
  const faults = await askUntil(service, timeout, ask, ({ length }) => length === 0);
  return faults?.length === 0 ? undefined : giveUp(service, timeout, faults);
}

/** What of an answer is not as it must be. Pure. */
export function judgeAnswer(
  { status = 200, headers = {}, body }: Pick<HttpTest, 'status' | 'headers' | 'body'>,
  answer: HttpAnswer,
): readonly string[] {
  const faulty = Object.entries(headers).flatMap(([name, rule]) => {
    const value = answer.headers[name.toLowerCase()];
    if (value === undefined) return [`header ${name} is missing`];
    return mismatches(value, rule).map((text) => `header ${name} ${text}`);
  });
  return [
    ...(answer.status === status ? [] : [`status ${answer.status} instead of ${status}`]),
    ...faulty,
    ...mismatches(answer.body, body).map((text) => `body ${text}`),
  ];
}

async function testInside(service: Service, file: TestFile, test: CommandTest): Promise<Failure | undefined> {
  const { subject, container, ended } = service;
  if (ended() !== undefined) return giveUp(service);
  const failure = await testCommand(subject, file, test, container);
  // A command that found the container gone may know it a moment earlier.
  if (failure) await Promise.race([container.exited, subject.clock.sleep(pollMs)]);
  return failure && ended() !== undefined ? giveUp(service) : failure;
}

const hostPort = ({ container }: Service, port: number): number =>
  container.ports.find(({ containerPort }) => containerPort === port)?.hostPort ?? port;

const pollMs = 100;

/**
 * Asks until an answer is good, the time is over, or the image's process has ended: what starts may say so at first.
 * Returns the last answer; undefined when there was none.
 * @param ask gets the milliseconds that are left
 */
async function askUntil<T>(
  { subject: { clock }, ended }: Pick<Service, 'subject' | 'ended'>,
  timeout: number,
  ask: (leftMs: number) => Promise<T | undefined>,
  isGood: (answer: T) => boolean,
): Promise<T | undefined> {
  const endsAt = clock.elapsed() + timeout * 1000;
  let last: T | undefined;
  for (;;) {
    last = (await ask(Math.max(1, endsAt - clock.elapsed()))) ?? last;
    if (last !== undefined && isGood(last)) return last;
    if (ended() !== undefined || clock.elapsed() >= endsAt) return last;
    await clock.sleep(pollMs);
  }
}

/** @param faults of the last answer */
function giveUp(
  { ended, tail }: Service,
  timeout: number = defaultTimeout,
  faults: readonly string[] = [],
): Failure {
  const status = ended();
  const late =
    faults.length > 0 ? `so it is still after ${timeout} s` : `nothing answers within ${timeout} s`;
  const end = status === undefined ? late : `the image's own process has ended with status ${status}`;
  return { reason: [...faults, end].join('; '), output: tail.lines() };
}
