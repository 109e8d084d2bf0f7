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
  drawChart('card-shots', 'Shot by shot', 'Mean of each shot over all stories: a falling line is drift.',
    {type: 'line', data: {labels, datasets: rows.map(([system, order, values]) => lineSet(system, order, values))}, options: {scales: {x: axis(''), y: axis(metricId(state.metric))}}},
    ['system', ...labels], rows.map(([system, , values]) => [DATA.systems[system].name, ...labels.map((_, i) => values[i] ?? null)]));
}

/** Cross-shot metrics have values by distance; other metrics show those of cross_shot_clip, or of the first that has any. */
function decayColumn(column) {
  const has = (one) => group().systems.some((system) => ((valuesOf(system, one) || [])[BY_DISTANCE] || []).length > 1);
  if (has(column)) return column;
  return group().metrics.findIndex((_, one) => has(one));
}

function drawDecay(column) {
  const shown = decayColumn(column);
  const rows = shown < 0 ? [] : shownSystems().map(([system, order]) => [system, order, (valuesOf(system, shown) || [])[BY_DISTANCE] || []]).filter(([, , values]) => values.length);
  const distances = [...new Set(rows.flatMap(([, , values]) => values.map(([distance]) => distance)))].sort((a, b) => a - b);
  const at = (values, distance) => (values.find(([one]) => one === distance) || [0, null])[1];
  drawChart('card-decay', 'Decay with distance', (shown < 0 ? '' : metricId(group().metrics[shown]) + ': ') + 'similarity of shots that lie 1, 2, 3 … apart.',
    {type: 'line', data: {labels: distances, datasets: rows.map(([system, order, values]) => lineSet(system, order, distances.map((distance) => at(values, distance))))},
      options: {scales: {x: axis('shots apart'), y: axis('similarity')}}},
    ['system', ...distances.map((distance) => distance + ' apart')], rows.map(([system, , values]) => [DATA.systems[system].name, ...distances.map((distance) => at(values, distance))]));
}

function drawScatter(column) {
  const find = (ids) => ids.map((id) => group().metrics.findIndex((metric) => metricId(metric) === id)).find((place) => place >= 0);
  const reference = ['clip_i', 'dino_i', 'dreamsim'].includes(metricId(group().metrics[column])) ? column : find(['clip_i', 'dino_i', 'dreamsim']);
  const text = find(['clip_t']);
  const rows = reference === undefined || text === undefined ? [] : shownSystems().map(([system, order]) => [system, order, meanOf(system, reference), meanOf(system, text)])
    .filter(([, , x, y]) => x !== null && y !== null);
  const names = rows.length ? [metricId(group().metrics[reference]), metricId(group().metrics[text])] : ['', ''];
  drawChart('card-scatter', 'Character against caption', 'Reference adherence (' + names[0] + ') across, text alignment (' + names[1] + ') up.',
    {type: 'scatter', data: {datasets: rows.map(([system, order, x, y]) => ({...lineSet(system, order, [{x, y}]), pointRadius: 6, pointHoverRadius: 8}))},
      options: {scales: {x: axis(names[0] + ' ' + arrow(group().metrics[reference ?? 0])), y: axis(names[1] + ' ↑')}}},
    ['system', ...names], rows.map(([system, , x, y]) => [DATA.systems[system].name, x, y]));
}

/** Every number that the documents have of the metric, also of systems whose line is hidden: shots, mean, interval, HarMeanP, parts, counts. */
function drawMetricTable(column) {
  const rows = group().systems.map((system) => [system, valuesOf(system, column)]).filter(([, values]) => values);
  const most = Math.max(0, ...rows.map(([, values]) => values[PER_SHOT].length));
  const parts = [...new Set(rows.flatMap(([, values]) => Object.keys(values[PARTS])))];
  const harmeanp = rows.some(([, values]) => values[HARMEANP] !== null);
  const shots = [...Array(most).keys()];
  const head = ['system', ...shots.map((i) => 'shot ' + (i + 1)), 'Mean', '95 % interval', ...(harmeanp ? ['HarMeanP'] : []), ...parts, 'stories', 'evaluated', 'failed', 'skipped'];
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

/** One button a system: shows or hides it in the charts. */
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
