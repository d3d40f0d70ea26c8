import type { Clock } from '../../clock.js';
import { type Count, uncounted } from '../../telemetry/index.js';
import type { Member } from '../member.js';
import type { CreateMemberWatch } from '../pool.js';
import { judge } from './judge.js';

/** When an endpoint that answers worse than it should is left out for a while (gRFC A50). */
export interface OutlierPolicy {
  /** Failures in a row. */
  readonly failuresMax: number;
  /** How often success rates are compared. */
  readonly intervalMs: number;
  /** Endpoints with enough calls in an interval for a comparison, and how many calls are enough. */
  readonly endpointsMin: number;
  readonly callsMin: number;
  /** A success rate this many standard deviations below the mean is that of an outlier. */
  readonly deviations: number;
  /** The first ejection; each further one is as much longer, up to the maximum. */
  readonly ejectMs: number;
  readonly ejectMsMax: number;
  /** Endpoints that may be ejected at a time; one always may, unless it is the only one. */
  readonly ejectPercentMax: number;
}

interface Record {
  /** In a row. */
  failures: number;
  good: number;
  bad: number;
  /** Ejections not yet forgiven: one for each interval without another. */
  ejections: number;
  return(): void;
}

/** Ejects endpoints by failures in a row and by their success rate; `ejections` counts. */
export function outlierWatch(
  policy: OutlierPolicy,
  clock: Clock,
  ejections: Count = uncounted,
): CreateMemberWatch {
  return (members, reconsider) => {
    const records = new Map<Member, Record>();
    let cancelSweep: (() => void) | undefined;

    function recordOf(member: Member): Record {
      const record = records.get(member) ?? { failures: 0, good: 0, bad: 0, ejections: 0, return() {} };
      records.set(member, record);
      return record;
    }

    function eject(member: Member, record: Record): void {
      const all = members();
      const ejected = all.filter((other) => other.ejected).length;
      const isAllowed = ejected === 0 || ((ejected + 1) / all.length) * 100 <= policy.ejectPercentMax;
      if (member.ejected || member.leaving || all.length < 2 || !isAllowed) return;
      record.ejections += 1;
      member.ejected = true;
      ejections.add();
      const durationMs = Math.min(policy.ejectMs * record.ejections, policy.ejectMsMax);
      const cancel = clock.after(durationMs, () => {
        member.ejected = false;
        record.failures = 0;
        reconsider();
      });
      record.return = cancel;
      reconsider();
    }

    /** Compares success rates, forgives, and begins to count anew. */
    function sweep(): void {
      cancelSweep = undefined;
      for (const [member, record] of outliers()) eject(member, record);
      for (const [member, record] of records) {
        if (!member.ejected) record.ejections = Math.max(record.ejections - 1, 0);
        [record.good, record.bad] = [0, 0];
      }
    }

    function outliers(): readonly (readonly [Member, Record])[] {
      const compared = [...records].filter(([, { good, bad }]) => good + bad >= policy.callsMin);
      if (compared.length < policy.endpointsMin) return [];
      const rates = compared.map(([, { good, bad }]) => good / (good + bad));
      const mean = average(rates);
      const deviation = Math.sqrt(average(rates.map((rate) => (rate - mean) ** 2)));
      return compared.filter((_, index) => (rates[index] ?? 1) < mean - policy.deviations * deviation);
    }

    return {
      connectivityChanged() {},
      ended(member, outcome) {
        const verdict = judge(outcome);
        if (verdict === 'neither' || member.leaving) return;
        const record = recordOf(member);
        cancelSweep ??= clock.after(policy.intervalMs, sweep);
        if (verdict === 'good') {
          record.good += 1;
          record.failures = 0;
          return;
        }
        record.bad += 1;
        record.failures += 1;
        if (record.failures >= policy.failuresMax) eject(member, record);
      },
      removed(member) {
        records.get(member)?.return();
        records.delete(member);
      },
      close() {
        cancelSweep?.();
        for (const record of records.values()) record.return();
      },
    };
  };
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
