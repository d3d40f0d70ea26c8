// The curves of a soak, as an SVG that reads on light and on dark.
const width = 720;
const height = 150;
const left = 64;
const curves = [
  { title: 'resident memory, MB', key: 'residentMb', color: '#2f6fde' },
  { title: 'heap in use, MB', key: 'heapMb', color: '#7a5bd6' },
  { title: 'sockets', key: 'sockets', color: '#1f8a70' },
  { title: 'event-loop delay, p99, ms', key: 'loopDelayMs', color: '#c8622d' },
];

export function plot(samples) {
  const charts = curves.map((curve, index) => chart(curve, samples, index * (height + 40)));
  const all = curves.length * (height + 40);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${all}" role="img" aria-label="The gateway under steady load: ${curves.map(({ title }) => title).join('; ')}">
<style>text{font:12px system-ui,sans-serif;fill:#6b7280}path{fill:none;stroke-width:1.5}line{stroke:#9ca3af;stroke-opacity:.4}</style>
${charts.join('\n')}
</svg>
`;
}

function chart({ title, key, color }, samples, top) {
  const values = samples.map((sample) => sample[key]);
  const max = niceMax(Math.max(...values, 1));
  const lastSecond = samples.at(-1).second;
  const x = (second) => left + (second / lastSecond) * (width - left - 10);
  const y = (value) => top + 24 + (1 - value / max) * height;
  const points = samples.map(({ second }, index) => `${x(second).toFixed(1)} ${y(values[index]).toFixed(1)}`);
  const grid = [0, 0.5, 1].map((part) => {
    const level = y(part * max);
    return `<line x1="${left}" x2="${width - 10}" y1="${level}" y2="${level}"/><text x="${left - 8}" y="${level + 4}" text-anchor="end">${+(part * max).toFixed(1)}</text>`;
  });
  const end = `<text x="${width - 10}" y="${top + 24 + height + 14}" text-anchor="end">${Math.round(lastSecond / 60)} min</text>`;
  return `<text x="${left}" y="${top + 14}">${title}</text>${grid.join('')}${end}<path stroke="${color}" d="M${points.join('L')}"/>`;
}

/** 1, 2 or 5 times a power of ten. */
function niceMax(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}
