import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerBytes, expectedValues } from '../backend.mjs';
import { cacheFolder } from '../cache.mjs';
import { nodeFlags, nodeProgram } from '../node.mjs';
import { start } from '../process.mjs';

/** No gateway, but what is under one: a server of Node's that calls no backend and says the same to everybody. */
const floor = (name) => ({
  key: `floor-${name}`,
  title: `node:${name} alone`,
  only: 'a',
  install: () => 'answers everything alike, no backend',
  async start({ registry, scenario }) {
    const body = join(cacheFolder('run'), `floor-${name}.json`);
    writeFileSync(body, JSON.stringify(expectedValues(registry, scenario)[0]));
    const program = fileURLToPath(new URL(`../floors/${name}.mjs`, import.meta.url));
    const server = await start(nodeProgram(), [...nodeFlags, program, body], /listening (\S+)/);
    return { ...server, address: server.ready[1] };
  },
});

/** The gateway without the call: its backend is a function. */
export const callless = {
  key: 'floor-gateway',
  title: 'Propylon that calls nobody',
  only: 'a',
  install: () => 'its backend is a function',
  async start({ registry, image, scenario }) {
    const message = join(cacheFolder('run'), 'floor-gateway.binpb');
    writeFileSync(message, answerBytes(registry, scenario)[0]);
    const program = fileURLToPath(new URL('../floors/gateway.mjs', import.meta.url));
    const server = await start(nodeProgram(), [...nodeFlags, program, image, message], /listening (\S+)/);
    return { ...server, address: server.ready[1] };
  },
};

/** Measured where the gateway's own share is asked for: in scenario a. */
export const floors = [floor('net'), floor('http'), callless];
