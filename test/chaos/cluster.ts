import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./backend.mjs', import.meta.url));

/** A backend in a process of its own, on a port that it keeps. */
export class ChaosBackend {
  readonly name: string;
  port = 0;
  #child: ChildProcess | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Resolves once it listens. */
  async start(): Promise<this> {
    const child = spawn(process.execPath, [program, String(this.port), this.name], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    this.port = Number(/listening (\d+)/.exec(line.toString())?.[1]);
    return this;
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** Ends it in this way; resolves once it has ended. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
}

/** What a request came to. */
export interface Answer {
  /** Of requests of a load, from 0. */
  readonly id: number;
  readonly httpStatus: number;
  /** The name of the backend that answered, or the text of the error. */
  readonly text: string;
}

/** Steady load: so many clients, each with its next request as soon as the last is answered. */
export class Load {
  readonly answers: Answer[] = [];
  readonly #watching = new Set<() => void>();
  readonly #clients: Promise<void>[];
  #isOver = false;
  #next = 0;

  constructor(clients: number, request: () => Promise<Omit<Answer, 'id'>>) {
    this.#clients = Array.from({ length: clients }, async () => {
      while (!this.#isOver) {
        const id = this.#next++;
        const answer = await request();
        this.answers.push({ id, ...answer });
        for (const look of this.#watching) look();
      }
    });
  }

  /** Requests so far, answered or not. */
  get begun(): number {
    return this.#next;
  }

  get failed(): readonly Answer[] {
    return this.answers.filter(({ httpStatus }) => httpStatus !== 200);
  }

  /** Resolves after so many more answers, of one backend where it is named. */
  async more(count: number, from?: ChaosBackend): Promise<void> {
    const counts = (): number =>
      this.answers.filter(({ text }) => from === undefined || text === from.name).length;
    const wanted = counts() + count;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (counts() < wanted) return;
        this.#watching.delete(look);
        resolve();
      };
      this.#watching.add(look);
    });
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients);
  }
}
