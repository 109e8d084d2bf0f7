'use strict';
// Three charts, each with its numbers as a table.

const charts = new Map();

function themeColours() {
  const style = getComputedStyle(document.documentElement);
  return {ink: style.getPropertyValue('--muted').trim(), line: style.getPropertyValue('--line').trim(), paper: style.getPropertyValue('--paper').trim()};
}

function axis(text, more = {}) {
  const {ink, line} = themeColours();
  return {title: {display: true, text, color: ink}, ticks: {color: ink, maxTicksLimit: 6}, grid: {color: line, drawBorder: false}, ...more};
}

/** The axis of a metric: its id and the direction that is better. */
const metricAxis = (metric, more = {}) => axis(metricId(metric) + (arrow(metric) ? ' ' + arrow(metric) : ''), more);

function numbersTable(head, rows) {
  return el('details', {class: 'numbers'}, el('summary', {}, 'The numbers'), el('div', {class: 'scroll'}, el('table', {},
    el('thead', {}, el('tr', {}, head.map((text) => el('th', {scope: 'col'}, text)))),
    el('tbody', {}, rows.map((row) => el('tr', {}, row.map((cell, i) => (i ? el('td', {class: 'value'}, typeof cell === 'string' ? cell : format(cell)) : el('th', {scope: 'row'}, cell)))))))));
}

function drawChart(card, heading, explanation, config, head, rows) {
  const figure = byId(card);
  if (charts.has(card)) charts.get(card).destroy();
  charts.delete(card);
  figure.hidden = rows.length === 0;
  if (figure.hidden) return;
  const canvas = el('canvas', {role: 'img', 'aria-label': heading + '. ' + explanation + ' The numbers follow as a table.'});
  replace(figure, el('figcaption', {}, el('h3', {}, heading), el('p', {class: 'muted small'}, explanation)), el('div', {class: 'canvas'}, canvas), numbersTable(head, rows));
  const {ink, paper} = themeColours();
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  charts.set(card, new Chart(canvas, {...config, options: {
    animation: false, responsive: true, maintainAspectRatio: false, interaction: {mode: 'nearest', intersect: false},
    plugins: {legend: {display: false}, tooltip: {backgroundColor: ink, titleColor: paper, bodyColor: paper,
      callbacks: {label: (item) => ' ' + item.dataset.label + ': ' + (config.type === 'scatter' ? format(item.raw.x) + ', ' : '') + format(item.raw.y === undefined ? item.raw : item.raw.y)}}},
    ...config.options}}));
}

const shownSystems = () => group().systems.map((system, order) => [system, order]).filter(([system]) => !state.hidden.has(system));

function lineSet(system, order, data) {
  return {label: DATA.systems[system].name, data, borderColor: colour(order), backgroundColor: colour(order), borderDash: dashes(order), pointStyle: pointStyle(order),
    borderWidth: 2, pointRadius: 3, pointHoverRadius: 6, spanGaps: false};
}

function drawPerShot(column) {
  const rows = shownSystems().map(([system, order]) => [system, order, (valuesOf(system, column) || [])[PER_SHOT] || []]).filter(([, , values]) => values.length > 1);
  const most = Math.max(0, ...rows.map(([, , values]) => values.length));
  const labels = [...Array(most).keys()].map((i) => 'shot ' + (i + 1));
  drawChart('card-shots', 'Shot by shot', 'Mean of each shot over all stories. A line that gets worse from shot to shot is drift.',
    {type: 'line', data: {labels, datasets: rows.map(([system, order, values]) => lineSet(system, order, values))}, options: {scales: {x: axis(''), y: metricAxis(state.metric)}}},
    ['system', ...labels], rows.map(([system, , values]) => [DATA.systems[system].name, ...labels.map((_, i) => values[i] ?? null)]));
}

const familyOf = (column) => DATA.metrics[group().metrics[column]].family;

/** Column whose values by distance are shown: the chosen metric's, else those of the first metric of its family that has some, else of any. -1: none has. */
function decayColumn(column) {
  const has = (one) => group().systems.some((system) => ((valuesOf(system, one) || [])[BY_DISTANCE] || []).length > 1);
  const family = familyOf(column);
  const columns = group().metrics.map((_, one) => one).filter(has);
  return [column, columns.find((one) => family && familyOf(one) === family), columns[0]].find((one) => columns.includes(one)) ?? -1;
}

function drawDecay(column) {
  const shown = decayColumn(column);
  const rows = shown < 0 ? [] : shownSystems().map(([system, order]) => [system, order, (valuesOf(system, shown) || [])[BY_DISTANCE] || []]).filter(([, , values]) => values.length);
  const distances = [...new Set(rows.flatMap(([, , values]) => values.map(([distance]) => distance)))].sort((a, b) => a - b);
  const at = (values, distance) => (values.find(([one]) => one === distance) || [0, null])[1];
  drawChart('card-decay', 'By distance between shots', (shown < 0 ? '' : metricId(group().metrics[shown]) + ' ') + 'of pairs of shots that are 1, 2, 3 … shots apart.',
    {type: 'line', data: {labels: distances, datasets: rows.map(([system, order, values]) => lineSet(system, order, distances.map((distance) => at(values, distance))))},
      options: {scales: {x: axis('shots apart'), y: shown < 0 ? axis('') : metricAxis(group().metrics[shown])}}},
    ['system', ...distances.map((distance) => distance + ' apart')], rows.map(([system, , values]) => [DATA.systems[system].name, ...distances.map((distance) => at(values, distance))]));
}

/** The chosen column where it is a headline metric of the family, else the first that is; undefined without one. */
function headlineOf(family, chosen) {
  const fits = (column) => familyOf(column) === family && DATA.metrics[group().metrics[column]].kind === 'headline';
  return fits(chosen) ? chosen : group().metrics.map((_, column) => column).find(fits);
}

/** Adherence to the reference across, to the caption up; the better end is right and at the top, also where lower is better. */
function drawScatter(column) {
  const columns = [headlineOf('adherence', column), headlineOf('text', column)];
  const rows = columns.includes(undefined) ? [] : shownSystems().map(([system, order]) => [system, order, ...columns.map((one) => meanOf(system, one))])
    .filter(([, , x, y]) => x !== null && y !== null);
  const metrics = rows.length ? columns.map((one) => group().metrics[one]) : [];
  const [across, up] = metrics;
  const betterLast = (metric) => metricAxis(metric, {reverse: direction(metric) === 'lower'});
  drawChart('card-scatter', 'Character against caption', rows.length ? metricId(across) + ' across, ' + metricId(up) + ' up; better is right and up.' : '',
    {type: 'scatter', data: {datasets: rows.map(([system, order, x, y]) => ({...lineSet(system, order, [{x, y}]), pointRadius: 6, pointHoverRadius: 8}))},
      options: {scales: rows.length ? {x: betterLast(across), y: betterLast(up)} : {}}},
    ['system', ...metrics.map(metricId)], rows.map(([system, , x, y]) => [DATA.systems[system].name, x, y]));
}

/** Every number that the documents have of the metric, also for systems whose line is hidden: shots, mean, interval, HarMeanP, parts, counts. */
function drawMetricTable(column) {
  const rows = group().systems.map((system) => [system, valuesOf(system, column)]).filter(([, values]) => values);
  const most = Math.max(0, ...rows.map(([, values]) => values[PER_SHOT].length));
  const parts = [...new Set(rows.flatMap(([, values]) => Object.keys(values[PARTS])))];
  const harmeanp = rows.some(([, values]) => values[HARMEANP] !== null);
  const shots = [...Array(most).keys()];
  const unit = DATA.metrics[state.metric].unit;
  const head = ['system', ...shots.map((i) => 'shot ' + (i + 1)), 'Mean', '95 % interval', ...(harmeanp ? ['HarMeanP'] : []), ...parts, 'stories', 'evaluated' + (unit ? ' (' + unit + ')' : ''), 'failed', 'skipped'];
  const cells = (values) => [...shots.map((i) => format(values[PER_SHOT][i])), format(values[MEAN]), values[LOW] === null ? '–' : interval(values[LOW], values[HIGH]),
    ...(harmeanp ? [format(values[HARMEANP])] : []), ...parts.map((part) => format(values[PARTS][part])), ...[N_STORIES, N_EVALUATED, N_FAILED, N_SKIPPED].map((count) => String(values[count]))];
  byId('metric-part').hidden = rows.length === 0;
  replace(byId('metric-table'), el('table', {}, el('caption', {class: 'unseen'}, metricId(state.metric) + ', ' + directionText(state.metric)),
    el('thead', {}, el('tr', {}, head.map((text, i) => el('th', {scope: 'col', class: i ? 'value' : null}, text)))),
    el('tbody', {}, rows.map(([system, values]) => el('tr', {class: group().reported ? 'reported' : null}, el('th', {scope: 'row'}, DATA.systems[system].name), cells(values).map((cell) => el('td', {class: 'value'}, cell)))))));
}

function drawCharts() {
  const column = columnOf(state.metric);
  drawPerShot(column);
  drawDecay(column);
  drawScatter(column);
}

/** One button per system: shows or hides it in the charts. */
function drawChips() {
  const chips = group().systems.map((system, order) => el('button', {type: 'button', class: 'chip', 'aria-pressed': String(!state.hidden.has(system)), onclick: (event) => {
    if (!state.hidden.delete(system)) state.hidden.add(system);
    event.currentTarget.setAttribute('aria-pressed', String(!state.hidden.has(system)));
    drawCharts();
  }}, el('span', {class: 'swatch ' + pointStyle(order), 'aria-hidden': 'true', style: {background: colour(order)}}), DATA.systems[system].name));
  const all = (hide) => () => {
    state.hidden = new Set(hide ? group().systems : []);
    drawChips();
    drawCharts();
  };
  replace(byId('chips'), chips, chips.length > 4 ? [el('button', {type: 'button', class: 'chip plain', onclick: all(false)}, 'all'), el('button', {type: 'button', class: 'chip plain', onclick: all(true)}, 'none')] : null);
}
