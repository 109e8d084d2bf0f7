'use strict';
// The tables of systems, one for each group of systems that may be compared.

/** Is the column shown at first? Its metric is on the leaderboard, or is one number of a whole set. */
const isMain = (groupOf, column) => groupOf.main.includes(column);

/** Ends of the column's scale: all intervals, and the means without one. */
function scaleOf(groupOf, column) {
  const ends = groupOf.systems.flatMap((system) => (valuesOf(system, column) || []).slice(MEAN, HIGH + 1)).filter((value) => value !== null);
  return ends.length ? [Math.min(...ends), Math.max(...ends)] : [0, 1];
}

function valueCell(groupOf, system, column, scale) {
  const values = valuesOf(system, column);
  if (!values || values[MEAN] === null) return el('td', {class: 'value'}, el('span', {class: 'muted'}, '–'));
  const marks = DATA.systems[system].marks[column];
  const shown = el(marks & BEST ? 'b' : marks & SECOND ? 'u' : 'span', {class: 'number'}, format(values[MEAN]));
  const words = [marks & BEST ? 'best' : null, marks & SECOND ? 'second' : null, marks & AS_GOOD ? 'interval reaches the best' : null].filter(Boolean).join(', ');
  const parts = [shown, marks & AS_GOOD ? el('span', {class: 'tie', 'aria-hidden': 'true'}, '≈') : null, words ? el('span', {class: 'unseen'}, ' ' + words) : null];
  if (values[OF_STORIES] !== null) parts.push(el('span', {class: 'interval fewer'}, values[N_STORIES] + ' of ' + counted(values[OF_STORIES], 'story', 'stories')));
  if (values[LOW] !== null) {
    const [from, to] = scale, width = to > from ? to - from : 1;
    const left = (values[LOW] - from) / width * 100, right = (values[HIGH] - from) / width * 100;
    parts.push(el('span', {class: 'interval'}, interval(values[LOW], values[HIGH])));
    parts.push(el('span', {class: 'track', 'aria-hidden': 'true'},
      el('span', {class: 'bar', style: {left: left + '%', width: Math.max(right - left, 1.5) + '%'}}),
      el('span', {class: 'tick', style: {left: (values[MEAN] - from) / width * 100 + '%'}})));
  } else if (!groupOf.reported) {
    parts.push(el('span', {class: 'interval'}, 'no interval'));
  }
  return el('td', {class: 'value'}, ...parts);
}

function systemCell(groupOf, system) {
  const data = DATA.systems[system];
  const notes = data.note ? [data.note] : [];
  if (data.kind === 'baseline') notes.push('baseline');
  if (groupOf.reported) notes.push(DATA.reportedLabel);
  else if (!data.canonical) notes.push('not canonical' + (data.overrides.length ? ': ' + data.overrides.join(', ') : ''));
  if (data.coverage[1] < data.coverage[0]) notes.push(data.coverage[1] + ' of ' + data.coverage[0] + ' shots scored, policy for missing shots: ' + data.coverage[2]);
  return el('th', {scope: 'row'}, el('span', {class: 'name'}, data.name),
    data.withheld.length ? el('span', {class: 'dagger', title: data.withheld.join('; ')}, '†') : null,
    notes.length ? el('span', {class: 'kind'}, notes.join(' · ')) : null, el('span', {class: 'kind why'}));
}

/** Why the column does not rank the system ("" where it does): it then stands below the ranked ones. */
const whyBarred = (system, column) => (column < 0 ? '' : DATA.systems[system].barred[column]);

/** The heading over the systems that a column does not rank. */
function notRankedRow(metric, width) {
  return el('tr', {class: 'notranked'}, el('th', {scope: 'rowgroup', colspan: width},
    el('span', {class: 'stay'}, el('b', {}, 'Not ranked by ' + metricId(metric)), ': a control of this metric is beyond its limit or was not measured.')));
}

/** A table that its column heads sort. */
function leaderboardTable(number) {
  const groupOf = DATA.groups[number];
  const columns = groupOf.metrics.map((_, column) => column).filter((column) => state.columns === 'all' || isMain(groupOf, column) || groupOf.reported);
  const body = el('tbody');
  const scales = new Map(columns.map((column) => [column, scaleOf(groupOf, column)]));
  const rows = new Map(groupOf.systems.map((system) =>
    [system, el('tr', {class: groupOf.reported ? 'reported' : null}, systemCell(groupOf, system), columns.map((column) => valueCell(groupOf, system, column, scales.get(column))))]));
  const heads = [];
  const sortBy = (column, ascending, head) => {
    const order = [...groupOf.systems].sort((a, b) => {
      if (column < 0) return DATA.systems[a].name.localeCompare(DATA.systems[b].name) * (ascending ? 1 : -1);
      const left = meanOf(a, column), right = meanOf(b, column);
      if (left === null || right === null) return (left === null) - (right === null);  // without a value: last, either way
      return (left - right) * (ascending ? 1 : -1);
    });
    for (const other of heads) other.setAttribute('aria-sort', other === head ? (ascending ? 'ascending' : 'descending') : 'none');
    const barred = order.filter((system) => whyBarred(system, column));
    for (const [system, row] of rows) row.querySelector('.why').textContent = whyBarred(system, column);
    replace(body, order.filter((system) => !barred.includes(system)).map((system) => rows.get(system)),
      barred.length ? notRankedRow(groupOf.metrics[column], columns.length + 1) : null, barred.map((system) => rows.get(system)));
  };
  const headOf = (column) => {
    const metric = groupOf.metrics[column];
    const label = column < 0 ? 'system' : breakable(metricId(metric));
    const button = el('button', {type: 'button', class: 'sort', title: column < 0 ? null : metricHelp(metric)}, label,
      column >= 0 && arrow(metric) ? el('span', {class: 'way', 'aria-hidden': 'true'}, arrow(metric)) : null,
      column >= 0 ? el('span', {class: 'unseen'}, ', ' + directionText(metric)) : null);
    const head = el('th', {scope: 'col', 'aria-sort': 'none', class: column < 0 ? null : 'value'}, button);
    const firstAscending = column < 0 || direction(metric) === 'lower';
    button.addEventListener('click', () => {
      const sorted = head.getAttribute('aria-sort');
      sortBy(column, sorted === 'none' ? firstAscending : sorted === 'descending', head);
    });
    heads.push(head);
    return head;
  };
  const row = el('tr', {}, headOf(-1), columns.map(headOf));
  const caption = el('caption', {}, el('span', {class: 'stay'}, el('b', {}, groupOf.reported ? 'Published results' : groupOf.split[0]), ' ',
    groupOf.reported ? DATA.reportedLabel + '. They are never ranked with measured results.'
      : counted(groupOf.split[1], 'story', 'stories') + ' of ' + counted(groupOf.split[2], 'IP', 'IPs') + ', protocol ' + groupOf.protocol + ', ' + counted(groupOf.systems.length, 'system', 'systems')));
  const table = el('table', {class: 'board' + (groupOf.reported ? ' reported' : '')}, caption, el('thead', {}, row), body);
  const start = groupOf.reported ? -1 : columns.find((column) => direction(groupOf.metrics[column]) !== 'none');
  if (groupOf.reported || start === undefined) replace(body, [...rows.values()]);
  else sortBy(start, direction(groupOf.metrics[start]) === 'lower', heads[1 + columns.indexOf(start)]);
  const withheld = groupOf.systems.filter((system) => DATA.systems[system].withheld.length);
  return [el('div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Leaderboard ' + (number + 1)}, table), copyBar(groupOf),
    withheld.length ? el('details', {class: 'numbers muted'}, el('summary', {}, el('span', {class: 'dagger'}, '†'), ' why ' + (withheld.length === 1 ? '1 system gets' : withheld.length + ' systems get') + ' no marks in some columns'),
      el('ul', {}, withheld.map((system) => el('li', {}, DATA.systems[system].name + ': ' + DATA.systems[system].withheld.join('; '))))) : null];
}

/** Buttons that copy the table as LaTeX, Markdown, ...: the texts that the program wrote, not what is sorted here. Where copying is refused the text is shown, marked. */
function copyBar(groupOf) {
  if (!groupOf.copies.length) return null;
  const said = el('span', {role: 'status', class: 'said'});
  const place = el('div', {});
  const bar = el('div', {class: 'copies'}, el('span', {class: 'muted small'}, 'Copy this table as '), groupOf.copies.map(([label, text]) => el('button', {type: 'button', class: 'quiet copy', onclick: async () => {
    replace(place);
    const done = await copyText(text);
    said.textContent = done ? label + ' copied, ' + counted(text.trimEnd().split('\n').length, 'line', 'lines') : 'The browser does not allow copying; here is the text.';
    if (done) return;
    const area = el('textarea', {readonly: true, rows: 8, 'aria-label': label}, text);
    replace(place, area);
    area.select();
  }}, label)), said);
  return el('div', {class: 'copybar'}, bar, place);
}

function drawLeaderboards() {
  const measured = DATA.groups.filter((one) => !one.reported).length;
  const note = measured > 1 ? el('p', {class: 'note'}, 'These ' + measured + ' tables must not be compared with each other: they differ in split, stories or signatures.') : null;
  replace(byId('tables'), note, DATA.groups.map((_, number) => leaderboardTable(number)));
}

function drawColumnChoice() {
  const more = DATA.groups.some((one) => !one.reported && one.metrics.some((_, column) => !isMain(one, column)));
  if (!more) return;
  const choices = [['main', 'Main columns'], ['all', 'All columns']];
  replace(byId('column-choice'), choices.map(([value, label]) => el('button', {type: 'button', class: 'quiet', 'aria-pressed': String(state.columns === value), onclick: () => {
    state.columns = value;
    drawColumnChoice();
    drawLeaderboards();
    byId('column-choice').querySelector('[aria-pressed=true]').focus();
  }}, label)));
}
