import { nullMeter } from '../../telemetry/index.js';
import { type Authentication, type Authenticator, unasked } from '../auth/authenticator.js';
import type { AnswerCache } from '../cache/answer-cache.js';
import { createFlights } from '../cache/flights.js';
import type { AnswerStore } from '../idempotency/store.js';
import type { Concurrency } from '../limits/concurrency.js';
import type { Counter, Hit } from '../limits/counter.js';
import type { RateLimits } from '../limits/rate-limits.js';
import type { GateResources } from '../resources.js';

/** Something that a step has found out, for people to read: "limit principal-1s", "4 of 5 left". */
export interface Finding {
  readonly about: string;
  readonly found: string;
}

/** Called while the step that asks is at work. */
export type NoteFinding = (finding: Finding) => void;

/**
 * The resources of gates that run one request to be explained. What the steps ask of them is noted. In a rehearsal,
 * of a request that is not to be made, they show what is there and change nothing of it: nothing is counted, stored,
 * claimed or used up, and no issuer is asked about a token.
 */
export function watchedResources(
  resources: GateResources,
  note: NoteFinding,
  isRehearsal: boolean,
): GateResources {
  return {
    ...resources,
    meter: isRehearsal ? nullMeter : resources.meter,
    authenticators: resources.authenticators.map((one) => watchedAuthenticator(one, note, isRehearsal)),
    rateLimits: watchedLimits(resources.rateLimits, note, isRehearsal),
    concurrency: isRehearsal ? looking(resources.concurrency) : resources.concurrency,
    cache: watchedCache(resources, note, isRehearsal),
    answers: watchedAnswers(resources.answers, note, isRehearsal),
  };
}

function watchedAuthenticator(authenticator: Authenticator, note: NoteFinding, isRehearsal: boolean) {
  const { name, kind, audience, challenge } = authenticator;
  const noted = (said: Authentication | undefined): Authentication | undefined => {
    note({ about: `provider ${name}`, found: authenticationText(said) });
    return said;
  };
  const authenticate: Authenticator['authenticate'] = (view) => {
    const said = isRehearsal ? authenticator.rehearse(view) : authenticator.authenticate(view);
    return said instanceof Promise ? said.then(noted) : noted(said);
  };
  return { name, kind, audience, challenge, authenticate, rehearse: authenticate, close: () => undefined };
}

function authenticationText(said: Authentication | undefined): string {
  switch (said?.kind) {
    case undefined:
      return 'no credentials of its kind';
    case 'principal': {
      const { id, audience, scopes } = said.principal;
      return `${id}, audience ${audience}, scopes ${scopes.size === 0 ? 'none' : [...scopes].join(' ')}`;
    }
    case 'invalid':
      return said.description;
    case 'unavailable':
      return said.cause === unasked ? unasked : 'nobody can say at present';
  }
}

function watchedLimits(
  limits: GateResources['rateLimits'],
  note: NoteFinding,
  isRehearsal: boolean,
): Pick<RateLimits, keyof RateLimits> {
  const { counter } = limits;
  const noted = (hits: readonly Hit[]): void => {
    for (const { limit, cost, remaining, resetMs } of hits) {
      const left =
        remaining === undefined ? 'nobody knows how much is' : `${remaining} of ${limit.rate.burst}`;
      const found = `costs ${cost}, ${left} left then, all in ${Math.ceil(resetMs / 1_000)} s`;
      note({ about: `limit ${limit.name}`, found });
    }
  };
  const watched: Counter = {
    take(hits) {
      const count = isRehearsal ? counter.look(hits) : counter.take(hits);
      if (!(count instanceof Promise)) {
        noted(hits);
        return count;
      }
      return count.then((late) => {
        noted(hits);
        return late;
      });
    },
    look: (hits) => counter.look(hits),
    giveBack: (hits) => (isRehearsal ? undefined : counter.giveBack(hits)),
  };
  return {
    counter: watched,
    scope: (load) => limits.scope(load),
    limit: (load, id, name, rate) => limits.limit(load, id, name, rate),
    settle: () => undefined,
  };
}

/** How many are under way, which a rehearsal is not. */
function looking(concurrency: GateResources['concurrency']): Concurrency {
  return {
    of(method) {
      const running = concurrency.of(method);
      const look = (max: number) => running.look(max);
      return { enter: look, look, leave: () => undefined };
    },
  };
}

function watchedCache({ cache, clock }: GateResources, note: NoteFinding, isRehearsal: boolean): AnswerCache {
  const { store } = cache;
  return {
    ...cache,
    flights: isRehearsal ? createFlights(clock) : cache.flights,
    store: {
      async find(key, labels) {
        const found = await (isRehearsal ? store.look(key, labels) : store.find(key, labels));
        const { answer } = found;
        const age = answer && Math.max(0, Math.floor((clock.wall() - answer.storedAt) / 1_000));
        note({ about: `answer ${key}`, found: age === undefined ? 'not stored' : `stored ${age} s ago` });
        return found;
      },
      look: (key, labels) => store.look(key, labels),
      put: (key, labels, answer, mark) => !isRehearsal && store.put(key, labels, answer, mark),
      purge: (labels) => store.purge(labels),
      usage: () => store.usage(),
    },
  };
}

function watchedAnswers(answers: AnswerStore, note: NoteFinding, isRehearsal: boolean): AnswerStore {
  return {
    look: (id) => answers.look(id),
    async claim(id, fingerprint, times) {
      const claim = isRehearsal
        ? ((await answers.look(id)) ?? ({ kind: 'begun', end: () => undefined } as const))
        : await answers.claim(id, fingerprint, times);
      note({ about: 'Idempotency-Key', found: claimTexts[claim.kind] });
      return claim;
    },
  };
}

const claimTexts = {
  begun: 'not seen before',
  'under-way': 'a request with it is under way',
  answered: 'an answer is remembered',
  unavailable: 'nobody can say at present',
} as const;
