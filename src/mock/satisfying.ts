import type { ReflectMessage } from '@bufbuild/protobuf/reflect';
import { behaves, type DescMessage } from '../descriptor/index.js';
import type { InputRules } from '../gate/index.js';
import type { MessageMaker } from './message-maker.js';

/** A message, and the rules that it breaks: none where it could be helped. */
export interface Made {
  readonly message: ReflectMessage;
  /** "total: must be larger than the parts" */
  readonly broken: readonly string[];
}

/** Rounds after which a message that cannot be right is given up. */
const roundsMax = 60;
/** What is wrong in so many places is wrong for a reason that no other values change. */
const brokenMax = 100;

/**
 * Makes a message that keeps the rules of buf.validate, expressions too: what is found wrong is made anew until nothing
 * is. `finish` puts in what is given; it is called for each try.
 */
export function satisfying(
  maker: MessageMaker,
  rules: InputRules,
  type: DescMessage,
  seed: string,
  finish: (message: ReflectMessage) => void = () => undefined,
): Made {
  const tries = new Map<string, number>();
  const made = (): ReflectMessage => {
    const message = maker.make(type, seed, (path) => tries.get(path) ?? 0);
    finish(message);
    return message;
  };
  let best: Made = { message: made(), broken: [] };
  if (!rules.hasRules(type)) return best;
  for (let round = 0; round < roundsMax; round++) {
    const message = round === 0 ? best.message : made();
    const violations = violationsOf(rules, type, message);
    const broken = violations.map(({ path, text }) => (path === '' ? text : `${path}: ${text}`));
    if (round === 0 || broken.length < best.broken.length) best = { message, broken };
    if (broken.length === 0 || broken.length > brokenMax) return best;
    for (const { path } of violations) tries.set(path, (tries.get(path) ?? 0) + 1);
  }
  return best;
}

interface Broken {
  /** As MessageMaker has it: "order.lines.0". */
  readonly path: string;
  readonly text: string;
}

function violationsOf(rules: InputRules, type: DescMessage, message: ReflectMessage): readonly Broken[] {
  try {
    return rules.violations(type, message.message).flatMap(({ path, message: said, ruleId }): Broken[] => {
      // What clients give and never get is not there.
      if (path.some((step) => step.kind === 'field' && behaves(step, 'inputOnly'))) return [];
      const steps = path.flatMap((step) => {
        if (step.kind === 'field') return [step.name];
        return step.kind === 'list_sub' ? [String(step.index)] : [];
      });
      return [{ path: steps.join('.'), text: said === '' ? ruleId : said }];
    });
  } catch (error) {
    return [{ path: '', text: error instanceof Error ? error.message : String(error) }];
  }
}
