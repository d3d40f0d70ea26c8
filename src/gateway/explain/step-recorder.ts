import type {
  Finding,
  GateAnswer,
  GateStep,
  GateView,
  Refusal,
  RequestMessage,
  Verdict,
} from '../../gate/index.js';
import type { HeaderFields } from '../../headers.js';
import type { MetadataEntry } from '../../status/index.js';

/** What one step of the gate has done in one phase. */
export interface StepRecord {
  readonly phase: 'admit' | 'inspect' | 'around';
  readonly name: string;
  readonly findings: Finding[];
  verdict: 'proceeds' | 'refuses' | 'answers';
  refusal: Pick<Refusal, 'reason' | 'message' | 'httpStatus' | 'code' | 'cause'> | undefined;
  metadata: readonly MetadataEntry[];
  withheld: readonly string[];
  headers: HeaderFields;
  messageChanged: boolean;
}

/** Stands around the steps of a gate and writes down what they do. For one request. */
export interface StepRecorder {
  readonly steps: readonly StepRecord[];
  /** The principal that steps have found out. */
  readonly view: GateView | undefined;
  watched(step: GateStep): GateStep;
  /** Of the step that is at work. */
  note(finding: Finding): void;
}

export function createStepRecorder(): StepRecorder {
  const steps: StepRecord[] = [];
  /** Those at work, the innermost last: steps around the call are within each other. */
  const atWork: StepRecord[] = [];
  let lastView: GateView | undefined;

  function begin(phase: StepRecord['phase'], name: string): StepRecord {
    const record: StepRecord = {
      ...{ phase, name, findings: [], verdict: 'proceeds', refusal: undefined },
      ...{ metadata: [], withheld: [], headers: [], messageChanged: false },
    };
    steps.push(record);
    atWork.push(record);
    return record;
  }

  const end = (record: StepRecord): void => void atWork.splice(atWork.lastIndexOf(record), 1);

  /** What a step leaves on the view and the message is what is there afterwards and was not before. */
  function watch(view: GateView, message: RequestMessage | undefined, record: StepRecord): () => void {
    lastView = view;
    const metadata = new Set(view.metadata);
    const headers = view.responseHeaders.length;
    const { withheld } = view;
    const binary = message?.binary;
    return () => {
      record.metadata = view.metadata.filter((entry) => !metadata.has(entry));
      record.headers = [...record.headers, ...view.responseHeaders.slice(headers)];
      record.withheld = [...view.withheld].filter((name) => !withheld.has(name));
      record.messageChanged = message !== undefined && message.binary !== binary;
      end(record);
    };
  }

  function judged<V extends Verdict>(
    phase: StepRecord['phase'],
    name: string,
    view: GateView,
    message: RequestMessage | undefined,
    ask: () => V | Promise<V>,
  ): V | Promise<V> {
    const record = begin(phase, name);
    const done = watch(view, message, record);
    const noted = (verdict: V): V => {
      done();
      if (verdict?.kind === 'refusal') {
        record.verdict = 'refuses';
        record.refusal = verdict;
        record.headers = [...record.headers, ...(verdict.headers ?? [])];
      } else if (verdict?.kind === 'reply') {
        record.verdict = 'answers';
        record.headers = [...record.headers, ...verdict.headers];
      }
      return verdict;
    };
    const verdict = ask();
    return verdict instanceof Promise ? verdict.then(noted) : noted(verdict);
  }

  return {
    steps,
    get view() {
      return lastView;
    },
    note: (finding) => void atWork.at(-1)?.findings.push(finding),
    watched(step) {
      const { name, admit, inspect, around } = step;
      return {
        ...step,
        ...(admit && { admit: (view) => judged('admit', name, view, undefined, () => admit(view)) }),
        ...(inspect && {
          inspect: (view, message) => judged('inspect', name, view, message, () => inspect(view, message)),
        }),
        ...(around && {
          async around(view, message, next) {
            const record = begin('around', name);
            const done = watch(view, message, record);
            let inner: GateAnswer | undefined;
            const answer = await around(view, message, async (options) => {
              inner = await next(options);
              return inner;
            });
            done();
            noteAround(record, inner, answer);
            return answer;
          },
        }),
      };
    },
  };
}

/** A step that did not let the request further in has answered it; else what it has changed of the answer counts. */
function noteAround(record: StepRecord, inner: GateAnswer | undefined, answer: GateAnswer): void {
  record.headers = [
    ...record.headers,
    ...answer.headers.filter((field) => inner?.headers.includes(field) !== true),
  ];
  if (inner !== undefined) {
    if (answer.httpStatus !== inner.httpStatus)
      record.findings.push({
        about: 'HTTP status',
        found: `${inner.httpStatus} becomes ${answer.httpStatus}`,
      });
    return;
  }
  record.verdict = answer.kind === 'failure' && answer.reason !== undefined ? 'refuses' : 'answers';
  if (answer.kind !== 'failure' || answer.reason === undefined) return;
  const { reason, status, httpStatus, cause } = answer;
  record.refusal = { reason, message: status.message, code: status.code, httpStatus, cause };
}
