// Grafana's panels in a few words. A panel is a title, a unit, and queries, each an expression and what its lines are
// called; the layout is rows of three.

const datasource = { type: 'prometheus', uid: '$datasource' };
const columns = 24;
const height = 8;

const queries = (pairs) =>
  pairs.map(([expr, legend], index) => ({
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
    datasource,
    expr,
    legendFormat: legend,
  }));

const panel = (type, title, unit, targets, { description, defaults = {}, ...rest } = {}) => ({
  type,
  title,
  ...(description === undefined ? {} : { description }),
  datasource,
  fieldConfig: { defaults: { unit, min: 0, ...defaults }, overrides: [] },
  targets,
  ...rest,
});

/** Lines over time. */
export const lines = (title, unit, pairs, options = {}) =>
  panel('timeseries', title, unit, queries(pairs), {
    options: {
      legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
    ...options,
  });

/** One number, with the thresholds at which it turns. */
export const number = (title, unit, expr, steps = [], options = {}) =>
  panel('stat', title, unit, queries([[expr, '']]), {
    defaults: {
      color: { mode: 'thresholds' },
      thresholds: { mode: 'absolute', steps: [{ color: 'green', value: null }, ...steps] },
    },
    options: {
      colorMode: 'value',
      graphMode: 'area',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    },
    width: 4,
    ...options,
  });

/** Where the times of requests lie, over time. */
export const heat = (title, expr) =>
  panel(
    'heatmap',
    title,
    's',
    queries([[expr, '{{le}}']]).map((target) => ({ ...target, format: 'heatmap' })),
    {
      options: {
        calculate: false,
        yAxis: { unit: 's' },
        color: { mode: 'scheme', scheme: 'Oranges', steps: 64 },
      },
    },
  );

/** The largest of something, now. */
export const table = (title, unit, expr) =>
  panel(
    'table',
    title,
    unit,
    queries([[expr, '']]).map((target) => ({ ...target, format: 'table', instant: true })),
    {
      transformations: [{ id: 'organize', options: { excludeByName: { Time: true } } }],
      width: 12,
    },
  );

/** Puts panels beside each other as long as they fit, and below each other from there. */
function laidOut(panels) {
  let [x, y] = [0, 0];
  return panels.map(({ width = 8, ...rest }, index) => {
    if (x + width > columns) [x, y] = [0, y + height];
    const gridPos = { x, y, w: width, h: rest.type === 'stat' ? height / 2 : height };
    // A row has one height: numbers stand above what follows.
    x += width;
    if (rest.type === 'stat' && panels[index + 1]?.type !== 'stat') [x, y] = [0, y + height / 2];
    return { id: index + 1, ...rest, gridPos };
  });
}

const query = (name, label, expr, options = {}) => ({
  type: 'query',
  name,
  label,
  datasource,
  query: { query: expr, refId: name },
  refresh: 2,
  sort: 1,
  includeAll: true,
  multi: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
  ...options,
});

/** A dashboard, as it is imported. What `variables` adds is between the namespace and the pods. */
export function dashboard(uid, title, description, variables, panels) {
  const metric = 'propylon_build_info';
  return {
    uid: `propylon-${uid}`,
    title: `Propylon / ${title}`,
    description,
    tags: ['propylon'],
    editable: true,
    schemaVersion: 39,
    version: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    links: [
      {
        type: 'dashboards',
        title: 'Propylon',
        tags: ['propylon'],
        asDropdown: true,
        keepTime: true,
        includeVars: true,
      },
    ],
    templating: {
      list: [
        { type: 'datasource', name: 'datasource', label: 'Data source', query: 'prometheus', current: {} },
        query('namespace', 'Namespace', `label_values(${metric}, namespace)`),
        ...variables.map(([name, label, expr]) => query(name, label, expr)),
        query('pod', 'Pod', `label_values(${metric}{namespace=~"$namespace"}, pod)`),
      ],
    },
    annotations: {
      list: [
        {
          name: 'Reloads',
          enable: true,
          iconColor: 'blue',
          datasource,
          expr: 'changes(propylon_surface_generation{namespace=~"$namespace",pod=~"$pod"}[$__interval]) > 0',
          titleFormat: 'Reload of {{pod}}',
        },
      ],
    },
    panels: laidOut(panels),
  };
}
