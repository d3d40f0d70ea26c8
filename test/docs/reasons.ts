/**
 * Why a block of shell commands is not run by the tests: the values of its mark `no-run`. Such a block is still held
 * against what is known of its commands (unrun.test.ts).
 */
export const reasons: Readonly<Record<string, string>> = {
  checkout: 'for who works on the repository: takes minutes, or is a step of .ci/run itself',
  cluster: 'needs a cluster',
  docker: 'needs a container runtime and a registry',
  backend: "calls a backend of the reader's own",
  peer: 'needs another gateway, which this repository does not install',
};
