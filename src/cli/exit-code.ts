/** What a shell reads: fine, findings, bad usage or configuration, failed at run time; 130 as for SIGINT. */
export const exitCode = { fine: 0, findings: 1, usage: 2, failed: 3, interrupted: 130 } as const;
