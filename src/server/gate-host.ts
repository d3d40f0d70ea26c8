import { systemClock } from '../clock.js';
import type { GateHost } from '../gate/index.js';
import type { Limits } from '../limits.js';
import type { Meter } from '../telemetry/index.js';
import type { GatewayOptions } from './options.js';

/** What the gate of a real process is made with. */
export function gateHost({ warn, sharedMemory }: GatewayOptions, limits: Limits, meter?: Meter): GateHost {
  return {
    clock: systemClock,
    random: Math.random,
    limits,
    meter,
    memory: sharedMemory,
    warn: warn ?? ((text) => process.emitWarning(text)),
  };
}
