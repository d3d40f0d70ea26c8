import { Agent, type IncomingMessage, request } from 'node:http';
import { type AgentOptions, Agent as TlsAgent, request as tlsRequest } from 'node:https';

/** Requests that are sent again and again, until they are to stop. */
export interface Load {
  readonly answered: number;
  /** What was wrong, in words; the first hundred. */
  readonly failures: readonly string[];
  /** Resolves with the end of the last request. */
  stop(): Promise<void>;
}

/** What a request is answered with; `problem` says what is wrong with it, if anything. */
export interface LoadOptions {
  readonly url: string;
  readonly problem: (status: number, body: string) => string | undefined;
  /** At a time, each on a connection that it keeps. Default 4. */
  readonly clients?: number;
  readonly tls?: AgentOptions;
}

/** Sends requests one after the other on kept connections, each of which has to be answered as it should be. */
export function startLoad({ url, problem, clients = 4, tls = {} }: LoadOptions): Load {
  const isTls = url.startsWith('https:');
  const agent = isTls ? new TlsAgent({ keepAlive: true, ...tls }) : new Agent({ keepAlive: true });
  const failures: string[] = [];
  let answered = 0;
  let isStopped = false;
  const fail = (text: string): void => {
    if (failures.length < 100) failures.push(text);
  };
  const once = async (): Promise<void> => {
    try {
      const { statusCode = 0, body } = await get(
        isTls ? tlsRequest(url, { agent }) : request(url, { agent }),
      );
      const wrong = problem(statusCode, body);
      if (wrong !== undefined) fail(wrong);
      answered += 1;
    } catch (error) {
      fail(String(error));
    }
  };
  const client = async (): Promise<void> => {
    while (!isStopped) await once();
  };
  const running = Promise.all(Array.from({ length: clients }, client));
  return {
    get answered() {
      return answered;
    },
    failures,
    async stop() {
      isStopped = true;
      await running;
      agent.destroy();
    },
  };
}

async function get(
  sent: ReturnType<typeof request>,
): Promise<{ statusCode?: number | undefined; body: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.on('response', resolve).on('error', reject).end();
  });
  let body = '';
  for await (const chunk of response) body += chunk;
  return { statusCode: response.statusCode, body };
}
