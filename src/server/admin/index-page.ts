import { version } from '../../version.js';

/** What can be asked here, for people who have forgotten. */
export const endpoints: readonly (readonly [httpMethod: string, path: string, what: string])[] = [
  ['GET', '/livez', 'whether the process answers'],
  ['GET', '/readyz', 'whether requests may be sent here; ?verbose says why not'],
  ['GET', '/metrics', 'counts, for Prometheus'],
  ['GET', '/routes', 'what is served'],
  ['GET', '/config', 'the configuration that counts, without secrets'],
  ['GET', '/console', 'a page that shows what the gateway does'],
  ['GET', '/upstreams', 'how backends stand: endpoints, connections, health, breakers'],
  ['GET', '/jwks', 'public keys of the tokens that the gateway signs'],
  ['GET', '/log-level', 'how much is logged'],
  ['PUT', '/log-level', 'changes it: {"level": "debug", "forMs": 60000}'],
  ['POST', '/explain', 'what would happen to a request: propylon explain'],
  ['POST', '/cache/purge', 'drops stored answers'],
  ['POST', '/reload', 'reads everything that is configured anew, as SIGHUP does'],
  ['POST', '/drain', 'says to all clients and balancers that this process is about to end'],
];

/** As text, or as a page with links for who prefers that. */
export function indexPage(isForBrowser: boolean): string {
  if (!isForBrowser) {
    const lines = endpoints.map(
      ([httpMethod, path, what]) => `${httpMethod.padEnd(4)} ${path.padEnd(14)} ${what}`,
    );
    return `propylon ${version}\n\n${lines.join('\n')}\n`;
  }
  const rows = endpoints.map(([httpMethod, path, what]) => {
    const name = httpMethod === 'GET' ? `<a href="${path}">${path}</a>` : path;
    return `<tr><td>${httpMethod}<td>${name}<td>${what.replaceAll('"', '&quot;')}`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>propylon</title>
<meta name="color-scheme" content="light dark">
<style>body{font:16px/1.5 system-ui;margin:2rem}td{padding-right:1.5rem}</style>
<h1>propylon ${version}</h1><table>
${rows.join('\n')}
</table></html>
`;
}
