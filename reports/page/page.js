'use strict';
// Puts the page together: tabs, coverage, footer, light and dark.

function drawAbout() {
  const measured = DATA.groups.filter((one) => !one.reported);
  const systems = measured.reduce((sum, one) => sum + one.systems.length, 0);
  const splits = [...new Set(measured.map((one) => one.split[0]))];
  byId('about').textContent = (systems ? counted(systems, 'system', 'systems') + ' on ' + splits.join(', ') : 'Published results only') + ' · made by asbench ' + DATA.version;
  const demo = [...new Set(DATA.groups.flatMap((one) => one.demo))];
  byId('demo-note').hidden = demo.length === 0;
  byId('demo-note').textContent = 'Demo encoders (' + demo.join(', ') + '): these numbers are for the demo and tests only.';
}

/** Metrics of the group in tabs; arrow keys, Home and End move. */
function drawTabs() {
  const tabs = group().metrics.map((metric) => el('button', {type: 'button', role: 'tab', id: 'tab-' + metric, 'aria-controls': 'panel', 'aria-selected': String(metric === state.metric),
    tabindex: metric === state.metric ? '0' : '-1', title: metricHelp(metric), onclick: () => chooseMetric(metric, true)}, metricId(metric)));
  replace(byId('tabs'), tabs);
  byId('tabs').onkeydown = (event) => {
    const here = group().metrics.indexOf(state.metric), last = group().metrics.length - 1;
    const next = {ArrowRight: here === last ? 0 : here + 1, ArrowLeft: here === 0 ? last : here - 1, Home: 0, End: last}[event.key];
    if (next === undefined) return;
    event.preventDefault();
    chooseMetric(group().metrics[next], true);
  };
}

/** What the metric's description says of it, and its signature. */
function drawDescription() {
  const metric = DATA.metrics[state.metric];
  const facts = [directionText(state.metric), rangeText(state.metric), metric.family ? 'family: ' + metric.family : null, metric.kind ? 'kind: ' + metric.kind : null].filter(Boolean);
  replace(byId('description'), el('p', {}, el('b', {}, title(state.metric)), el('span', {class: 'muted'}, ' · ' + facts.join(' · '))),
    metric.definition ? el('p', {}, metric.definition) : null, metric.source ? el('p', {class: 'muted small'}, 'Source: ' + metric.source) : null,
    el('p', {class: 'muted small'}, 'Signature: ', el('code', {}, group().signatures[columnOf(state.metric)])));
}

function chooseMetric(metric, focus) {
  state.metric = metric;
  state.worstShown = 12;
  drawTabs();
  byId('panel').setAttribute('aria-labelledby', 'tab-' + metric);
  if (focus) byId('tab-' + metric).focus();
  drawDescription();
  drawCharts();
  drawMetricTable(columnOf(metric));
  drawLater();
}

let drawing = 0;
/** Draws what is further down after what is seen first. */
function drawLater() {
  const mine = ++drawing;
  setTimeout(() => {
    if (mine !== drawing) return;
    drawHeat();
    drawWorst();
    const root = document.documentElement;
    if (!root.dataset.drawn) root.dataset.seconds = (performance.now() / 1000).toFixed(3);
    root.dataset.drawn = 'true';
  });
}

function chooseGroup(number) {
  state.group = number;
  state.hidden = new Set();
  byId('group').value = number;
  drawChips();
  const ranked = group().metrics.find((metric) => direction(metric) !== 'none');
  chooseMetric(group().metrics.includes(state.metric) ? state.metric : ranked ?? group().metrics[0], false);
}

function drawGroupChoice() {
  const name = (one, number) => (one.reported ? 'published results' : (number + 1) + ': ' + one.split[0] + ', ' + counted(one.systems.length, 'system', 'systems'));
  replace(byId('group'), DATA.groups.map((one, number) => el('option', {value: number}, name(one, number))));
  byId('group-label').hidden = DATA.groups.length < 2;
  byId('group').onchange = (event) => chooseGroup(Number(event.target.value));
}

function findingList(system) {
  const kinds = new Map();
  for (const finding of system.findings) kinds.set(finding[0], [...(kinds.get(finding[0]) || []), finding]);
  const more = system.findingCount - system.findings.length;
  return [...kinds].map(([kind, findings]) => el('details', {}, el('summary', {}, kind + ' (' + findings.length + ')'),
    el('ul', {}, findings.map(([, story, shot, detail]) => el('li', {}, [story, shot ? 'shot ' + shot : null].filter(Boolean).join(', '), story || shot ? ': ' : '', detail)))))
    .concat(more > 0 ? [el('p', {class: 'muted'}, more + ' more in the document.')] : []);
}

function drawCoverage() {
  const measured = DATA.systems.filter((system) => system.kind !== 'reported');
  const row = (system) => el('tr', {}, el('th', {scope: 'row'}, system.name), el('td', {class: 'value'}, system.coverage[1] + ' of ' + system.coverage[0]),
    el('td', {}, system.coverage[2]), el('td', {class: 'value'}, String(system.coverage[3])), el('td', {}, system.findingCount ? findingList(system) : 'none'));
  replace(byId('coverage-body'), DATA.picturesLeftOut ? el('p', {class: 'note'}, counted(DATA.picturesLeftOut, 'picture is', 'pictures are') + ' left out to keep this page small; those of the worst stories are kept.') : null,
    DATA.pictures.length ? null : el('p', {class: 'note'}, 'No pictures were found beside the documents (R.frames/, written by asbench score): the page shows numbers only.'),
    el('div', {class: 'scroll'}, el('table', {class: 'coverage'}, el('caption', {class: 'unseen'}, 'Coverage of each system'),
      el('thead', {}, el('tr', {}, ['system', 'shots scored', 'policy for missing shots', 'truncated captions', 'findings'].map((text, i) => el('th', {scope: 'col', class: i === 1 || i === 3 ? 'value' : null}, text)))), el('tbody', {}, measured.map(row)))));
}

function drawFooter() {
  const signatures = DATA.groups.map((one, number) => el('details', {}, el('summary', {}, 'Signatures' + (DATA.groups.length > 1 ? ', table ' + (number + 1) : '')),
    el('p', {class: 'small'}, 'Split ' + one.split[0] + (one.split[4] ? ', SHA-256 ' + one.split[4] : '') + '; protocol ' + one.protocol), el('ul', {}, one.signatures.map((signature) => el('li', {}, el('code', {}, signature)))),
    el('pre', {class: 'small', tabindex: '0'}, JSON.stringify(one.settings, null, 2))));
  const provenance = DATA.systems.map((system) => el('details', {}, el('summary', {}, system.name), el('pre', {class: 'small', tabindex: '0'}, JSON.stringify(system.provenance, null, 2))));
  replace(byId('footer'), el('h2', {}, 'Where the numbers come from'), signatures, el('h3', {}, 'Provenance'), provenance,
    el('p', {class: 'muted small'}, 'Two numbers may be compared only when their signatures are equal. Charts: Chart.js, © 2022 Chart.js Contributors, MIT License.'));
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId('theme').textContent = theme === 'dark' ? 'Light' : 'Dark';
  byId('theme').setAttribute('aria-label', 'Switch to ' + (theme === 'dark' ? 'light' : 'dark') + ' colours');
}

function start() {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  setTheme(dark.matches ? 'dark' : 'light');
  dark.addEventListener('change', () => { setTheme(dark.matches ? 'dark' : 'light'); drawCharts(); });
  byId('theme').onclick = () => { setTheme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark'); drawCharts(); };
  byId('heat-order').onchange = drawHeat;
  byId('worst-system').onchange = () => { state.worstShown = 12; drawWorst(); };
  byId('worst-more').onclick = () => { state.worstShown += 24; drawWorst(); };
  byId('story').addEventListener('close', () => history.replaceState(null, '', location.pathname + location.search));
  byId('story').addEventListener('click', (event) => { if (event.target === byId('story')) byId('story').close(); });
  drawAbout();
  drawColumnChoice();
  drawLeaderboards();
  drawGroupChoice();
  chooseGroup(0);
  drawCoverage();
  drawFooter();
  openFromAddress();
  window.addEventListener('hashchange', openFromAddress);
  document.documentElement.dataset.ready = 'true';
}

start();
