/** What `/metrics` said at one moment. */
export interface Scrape {
  readonly text: string;
  readonly contentType: string;
  /** The value of the one series of that name that has all of these labels; 0 where there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number;
  /** All series, "name{labels}", sorted. */
  readonly series: readonly string[];
}

export const prometheusText = 'text/plain;version=0.0.4';
export const openMetrics = 'application/openmetrics-text;version=1.0.0';

/** Asks an admin listener, by its "http://127.0.0.1:PORT". */
export async function scrape(adminUrl: string, accept = prometheusText): Promise<Scrape> {
  const response = await fetch(`${adminUrl}/metrics`, { headers: { accept } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  const samples = text.split('\n').flatMap((line): { series: string; value: number }[] => {
    const match = /^([a-z][a-z0-9_]*(?:\{.*?\})?) (\S+)( # .*)?$/.exec(line);
    return match?.[1] === undefined ? [] : [{ series: match[1], value: Number(match[2]) }];
  });
  return {
    text,
    contentType: response.headers.get('content-type') ?? '',
    series: samples.map(({ series }) => series).toSorted(),
    value(name, labels = {}) {
      const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
      const found = samples.filter(
        ({ series }) =>
          series.replace(/\{.*/, '') === name && wanted.every((label) => labelsOf(series).includes(label)),
      );
      if (found.length > 1) throw new Error(`several series: ${found.map(({ series }) => series).join(' ')}`);
      return found[0]?.value ?? 0;
    },
  };
}

function labelsOf(series: string): readonly string[] {
  return series.match(/[a-z_]+="(?:[^"\\]|\\.)*"/g) ?? [];
}
