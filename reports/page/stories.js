'use strict';
// Stories: the heat map of stories and systems, the worst shots, and one story opened.

/** Ends of the colour scale of a column: the middle 96 % of the story means, so that one outlier does not fade all others. */
function heatScale(column) {
  const values = group().systems.flatMap((system) => DATA.systems[system].means[column] || []).filter((value) => value !== null).sort((a, b) => a - b);
  if (!values.length) return [0, 1];
  return [values[Math.floor(0.02 * (values.length - 1))], values[Math.ceil(0.98 * (values.length - 1))]];
}

/** 0 worst .. 1 best; metrics without a direction: small .. large. */
function goodness(value, scale, metric) {
  const share = scale[1] > scale[0] ? Math.min(1, Math.max(0, (value - scale[0]) / (scale[1] - scale[0]))) : 0.5;
  return sign(metric) < 0 ? 1 - share : share;
}

function storyOrder(column) {
  const order = group().stories.map((_, story) => story);
  const choice = byId('heat-order').value;
  if (choice === 'split') return order;
  const key = new Map(order.map((story) => {
    const values = group().systems.map((system) => (DATA.systems[system].means[column] || [])[story]).filter((value) => value !== null && value !== undefined);
    if (!values.length) return [story, -Infinity];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [story, choice === 'worst' ? sign(state.metric) * mean : -(Math.max(...values) - Math.min(...values))];
  }));
  return order.sort((a, b) => key.get(a) - key.get(b));
}

function heatCell(system, story, column, scale, first) {
  const value = (DATA.systems[system].means[column] || [])[story];
  const missing = value === null || value === undefined;
  const button = el('button', {type: 'button', tabindex: first ? '0' : '-1', class: missing ? 'cell missing' : 'cell',
    'aria-label': group().stories[story][ID] + ', ' + DATA.systems[system].name + ', ' + (missing ? 'no value' : format(value)), 'data-story': story, 'data-system': system}, shortNumber(value));
  if (!missing) {
    const good = goodness(value, scale, state.metric);
    button.style.setProperty('--good', (good * 100).toFixed(0) + '%');
    if (Math.abs(good - 0.5) > 0.45) button.classList.add('strong');  // dark enough for white text
  }
  return el('td', {}, button);
}

function moveInGrid(event) {
  const step = {ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0]}[event.key];
  const cell = event.target.closest('td');
  if (!step || !cell) return;
  const row = cell.parentElement.parentElement.rows[cell.parentElement.sectionRowIndex + step[0]];
  const next = row && row.cells[cell.cellIndex + step[1]];
  const button = next && next.querySelector('button');
  if (!button) return;
  event.preventDefault();
  event.target.tabIndex = -1;
  button.tabIndex = 0;
  button.focus();
}

function drawHeat() {
  const column = columnOf(state.metric);
  const systems = group().systems.filter((system) => DATA.systems[system].means[column]);
  byId('heat-part').hidden = systems.length === 0;
  if (!systems.length) return;
  const scale = heatScale(column);
  let first = true;
  const rows = storyOrder(column).map((story) => el('tr', {}, el('th', {scope: 'row'}, group().stories[story][ID]), systems.map((system) => {
    const cell = heatCell(system, story, column, scale, first);
    first = false;
    return cell;
  })));
  const body = el('tbody', {onkeydown: moveInGrid, onclick: (event) => {
    const button = event.target.closest('button');
    if (button) openStory(Number(button.dataset.story), Number(button.dataset.system));
  }}, rows);
  replace(byId('heat'), el('table', {class: 'heatmap'}, el('caption', {class: 'unseen'}, 'Story means of ' + title(state.metric) + ', ' + directionText(state.metric)),
    el('thead', {}, el('tr', {}, el('th', {scope: 'col'}, 'story'), systems.map((system) => el('th', {scope: 'col', class: 'vertical'}, el('span', {}, DATA.systems[system].name))))), body));
}

function thumbnail(number, description, className) {
  return number === undefined || number === null || number < 0 ? el('span', {class: 'nopicture ' + (className || ''), role: 'img', 'aria-label': description + ': not in this page'}, 'no picture')
    : el('img', {src: picture(number), alt: description, class: className, loading: 'lazy', decoding: 'async'});
}

/** Which part of a width x height picture an encoder gets, as shares of it: [left, top, width, height]. Null where that depends on more than the shape: a crop of a picture that keeps its size. */
function seenPart(view, width, height) {
  if (view[CROP_WIDTH] === null) return [0, 0, 1, 1];
  if (view[RESIZE] === 'whole') return null;
  const scale = view[RESIZED_HEIGHT] / Math.min(width, height);
  const resized = view[RESIZE] === 'short' ? [width * scale, height * scale] : [view[RESIZED_WIDTH], view[RESIZED_HEIGHT]];
  const across = Math.min(1, view[CROP_WIDTH] / resized[0]), down = Math.min(1, view[CROP_HEIGHT] / resized[1]);
  return [(1 - across) / 2, (1 - down) / 2, across, down];
}

/** "shorter side to 224, middle 224 x 224" */
function viewInWords(view) {
  const size = (height, width) => width + ' × ' + height;
  const crop = view[CROP_WIDTH] === null ? null : size(view[CROP_HEIGHT], view[CROP_WIDTH]);
  if (view[RESIZE] === 'short') return 'shorter side to ' + view[RESIZED_HEIGHT] + (crop ? ', then the middle ' + crop : '');
  if (view[RESIZE] === 'squash') return 'the whole picture squeezed to ' + size(view[RESIZED_HEIGHT], view[RESIZED_WIDTH]) + (crop ? ', then the middle ' + crop : '');
  return crop ? 'the middle ' + crop + ' pixels, not drawn here' : 'the whole picture';
}

/** The views of a column's metric. */
const viewsOf = (column) => (column === undefined ? [] : group().views.of[column].map((view) => group().views.views[view]));

/** A picture with what encoders do not get of it dimmed, and a line around what they do. */
function seenPicture(number, description, className, views) {
  const shown = thumbnail(number, description, className);
  if (!(shown instanceof HTMLImageElement) || !views.length) return shown;
  const frame = el('span', {class: 'seen'}, shown);
  const mark = () => {
    const shape = shown.naturalWidth / shown.naturalHeight, box = 1.5;  // the stylesheet's aspect-ratio; the picture lies whole inside
    const inner = shape >= box ? [1, box / shape] : [shape / box, 1];
    const drawn = new Set();
    for (const view of views) {
      const part = seenPart(view, shown.naturalWidth, shown.naturalHeight);
      if (!part || (part[2] > 0.999 && part[3] > 0.999) || drawn.has(part.join())) continue;
      drawn.add(part.join());
      const place = [0, 1].map((side) => (1 - inner[side]) / 2 + inner[side] * part[side]);
      const percent = (share) => (100 * share).toFixed(2) + '%';
      frame.append(el('span', {class: 'part', 'aria-hidden': 'true', style: {left: percent(place[0]), top: percent(place[1]), width: percent(inner[0] * part[2]), height: percent(inner[1] * part[3])}}));
    }
  };
  if (shown.complete && shown.naturalWidth) mark();
  else shown.addEventListener('load', mark, {once: true});
  return frame;
}

/** "black", "the mean colour #7b746a" */
function backdropInWords(backdrop) {
  if (backdrop === 'keep') return 'hidden pixels shown';
  return backdrop.startsWith('mean-') ? 'on the mean colour #' + backdrop.slice(5) : backdrop ? 'on ' + backdrop : '';
}

/** References of a story's IP as a metric's encoders get them: [picture, what it is]. */
function referencesOf(story, column) {
  const backdrop = column === undefined ? 0 : group().backdropOf[column];
  const all = (group().stories[story][REFERENCES] || [])[backdrop] || [];
  return all.map(([number, exact], i) => [number, 'reference' + (all.length > 1 ? ' ' + (i + 1) : '') + (exact ? ' ' + backdropInWords(group().backdrops[backdrop]) : '')]);
}

/** All shots of a system (or of all) that have a value, worst first. */
function worstShots(column, only) {
  const found = [];
  for (const system of group().systems) {
    if (only !== 'all' && String(system) !== only) continue;
    (DATA.systems[system].shots[column] || []).forEach((shots, story) => shots.forEach((value, shot) => {
      if (value !== null) found.push({system, story, shot, value});
    }));
  }
  return found.sort((a, b) => sign(state.metric) * (a.value - b.value) || a.story - b.story || a.shot - b.shot);
}

function shotCard({system, story, shot, value}) {
  const [id, , captions] = group().stories[story];
  const [reference] = referencesOf(story, columnOf(state.metric));
  const numbers = ((DATA.systems[system].pictures || [])[story] || [])[shot] || [];
  return el('button', {type: 'button', class: 'shot', onclick: () => openStory(story, system)},
    el('span', {class: 'pair'}, thumbnail(reference && reference[0], 'Reference', 'reference'), thumbnail(numbers[Math.floor(numbers.length / 2)], 'Middle frame')),
    el('span', {class: 'line'}, el('b', {}, format(value)), ' ', DATA.systems[system].name),
    el('span', {class: 'muted small'}, id + ', shot ' + (shot + 1)), el('span', {class: 'small caption'}, captions[shot] || ''));
}

function drawWorst() {
  const column = columnOf(state.metric);
  const select = byId('worst-system');
  const before = select.value;
  replace(select, el('option', {value: 'all'}, 'all systems'), group().systems.map((system) => el('option', {value: system}, DATA.systems[system].name)));
  select.value = [...select.options].some((option) => option.value === before) ? before : 'all';
  const shots = direction(state.metric) === 'none' ? [] : worstShots(column, select.value);
  byId('worst-part').hidden = direction(state.metric) === 'none' || (!shots.length && select.value === 'all');
  replace(byId('worst'), shots.slice(0, state.worstShown).map(shotCard));
  byId('worst-more').hidden = shots.length <= state.worstShown;
}

/** Which metrics a story can show frame by frame, the chosen one first. */
function frameColumns(system) {
  const all = group().metrics.map((_, column) => column).filter((column) => DATA.systems[system].frames[column]);
  const chosen = columnOf(state.metric);
  return all.includes(chosen) ? [chosen, ...all.filter((column) => column !== chosen)] : all;
}

function frameStrip(system, story, shot, column) {
  const numbers = ((DATA.systems[system].pictures || [])[story] || [])[shot] || [];
  const scores = column === undefined ? [] : ((DATA.systems[system].frames[column] || [])[story] || [])[shot] || [];
  const count = Math.max(numbers.length, scores.length);
  const views = viewsOf(column);
  const references = referencesOf(story, column);
  const figures = (references.length ? references : [[-1, 'reference']]).map(([number, words]) => el('figure', {}, seenPicture(number, words, 'reference', views), el('figcaption', {}, words)));
  for (let i = 0; i < count; ++i) {
    const shown = numbers[i] >= 0, score = scores.length ? format(scores[i]) : '';
    figures.push(el('figure', {class: shown ? null : 'bare'}, shown ? seenPicture(numbers[i], 'Frame ' + (i + 1) + ' of ' + count, null, views) : el('span', {class: 'muted'}, 'frame ' + (i + 1)), el('figcaption', {}, score)));
  }
  return el('div', {class: 'strip'}, figures);
}

const shotsOf = (system, column, story) => (DATA.systems[system].shots[column] || [])[story] || [];

/** The rows of one metric in the table of a story: its values, then one row for each of its parts. */
function metricRows(system, story, column, count) {
  const name = metricId(group().metrics[column]);
  const row = (head, shots, whole, attributes) => el('tr', attributes, head, [...Array(count).keys()].map((shot) => el('td', {class: 'value'}, format(shots(shot)))), el('td', {class: 'value'}, format(whole)));
  const parts = DATA.systems[system].parts[column];
  return [row(el('th', {scope: 'row', title: metricHelp(group().metrics[column])}, name), (shot) => shotsOf(system, column, story)[shot], DATA.systems[system].means[column][story]),
    ...(parts && parts.stories[story] ? parts.names.map((part, i) => row(el('th', {scope: 'row'}, name + ': ' + part), (shot) => (parts.shots[story][shot] || [])[i], parts.stories[story][i], {class: 'part'})) : [])];
}

/** Metrics with values of shots, and those with parts: metrics of shot pairs have values of the story only. */
function shotTable(system, story) {
  const hasParts = (column) => DATA.systems[system].parts[column] && DATA.systems[system].parts[column].stories[story];
  const columns = group().metrics.map((_, column) => column).filter((column) => shotsOf(system, column, story).length || hasParts(column));
  if (!columns.length) return null;
  const count = Math.max(...columns.map((column) => shotsOf(system, column, story).length));
  return el('details', {class: 'numbers', open: true}, el('summary', {}, 'Every metric, shot by shot'), el('div', {class: 'scroll'}, el('table', {},
    el('thead', {}, el('tr', {}, el('th', {scope: 'col'}, 'metric'), [...Array(count).keys()].map((shot) => el('th', {scope: 'col', class: 'value'}, 'shot ' + (shot + 1))), el('th', {scope: 'col', class: 'value'}, 'story'))),
    el('tbody', {}, columns.map((column) => metricRows(system, story, column, count))))));
}

/** The sound that a shot shall have, beside its caption; SOUNDS is there only in stories that have some. */
function soundLine(sound) {
  if (!sound) return null;
  const [prompt, type, context] = sound;
  return el('p', {class: 'sound'}, el('b', {}, 'Sound' + (type ? ' (' + type + ')' : '')), prompt ? ' ' + prompt : null,
    context ? el('span', {class: 'muted'}, ' Seen meanwhile: ' + context) : null);
}

function storyBody(story, system, column) {
  const captions = group().stories[story][CAPTIONS];
  const shots = Math.max(captions.length, ...group().metrics.map((_, one) => ((DATA.systems[system].shots[one] || [])[story] || []).length));
  const findings = DATA.systems[system].findings.filter((finding) => finding[1] === group().stories[story][ID]);
  const strips = [...Array(shots).keys()].map((shot) => el('section', {class: 'storyshot'},
    el('h3', {}, 'Shot ' + (shot + 1), column === undefined ? null : el('span', {class: 'muted'}, '  ' + metricId(group().metrics[column]) + ' ' + format((((DATA.systems[system].shots[column] || [])[story]) || [])[shot]))),
    el('p', {}, captions[shot] || ''), soundLine((group().stories[story][SOUNDS] || [])[shot]), frameStrip(system, story, shot, column)));
  const views = viewsOf(column);
  const seen = views.length ? el('p', {class: 'muted small', id: 'seen-words'}, 'What the encoders of ' + metricId(group().metrics[column]) + ' get of each picture: ' + views.map((view) => view[ENCODER] + ': ' + viewInWords(view)).join('; ') + '.' + (views.some((view) => view[CROP_WIDTH] !== null && view[RESIZE] !== 'whole') ? ' The rest is dimmed.' : '')) : null;
  return [seen, strips, findings.length ? el('section', {}, el('h3', {}, 'Findings'), el('ul', {}, findings.map((finding) => el('li', {}, (finding[2] ? 'shot ' + finding[2] + ': ' : '') + finding[0] + ': ' + finding[3])))) : null, shotTable(system, story)];
}

/** Opens one story of one system; the reader changes the system, the story and the metric inside. */
function openStory(story, system) {
  const dialog = byId('story');
  const columns = frameColumns(system);
  const body = el('div', {class: 'storybody'});
  const chosen = {story, system, column: columns[0]};
  const metricSelect = el('select', {onchange: (event) => {
    chosen.column = Number(event.target.value);
    show();
  }}, columns.map((column) => el('option', {value: column}, metricId(group().metrics[column]))));
  const systemSelect = el('select', {onchange: (event) => {
    chosen.system = Number(event.target.value);
    show();
  }}, group().systems.map((one) => el('option', {value: one}, DATA.systems[one].name)));
  systemSelect.value = system;
  const heading = el('h2', {id: 'story-title', tabindex: '-1'});
  const step = (by) => () => {
    chosen.story = (chosen.story + by + group().stories.length) % group().stories.length;
    show();
  };
  function show() {
    const [id, ip] = group().stories[chosen.story];
    replace(heading, id, el('span', {class: 'muted small'}, ' IP ' + ip));
    replace(body, storyBody(chosen.story, chosen.system, chosen.column));
    history.replaceState(null, '', '#story=' + encodeURIComponent(id) + '&system=' + encodeURIComponent(DATA.systems[chosen.system].name));
  }
  replace(dialog, el('div', {class: 'storyhead'}, heading,
    el('label', {}, 'System ', systemSelect), columns.length ? el('label', {}, 'Scores ', metricSelect) : null,
    el('button', {type: 'button', class: 'quiet', onclick: step(-1)}, 'Previous'), el('button', {type: 'button', class: 'quiet', onclick: step(1)}, 'Next'),
    el('button', {type: 'button', class: 'quiet', id: 'story-close', onclick: () => dialog.close()}, 'Close')), body);
  show();
  if (!dialog.open) dialog.showModal();
  heading.focus();
}

/** "#story=ID&system=NAME" in the address opens that story. */
function openFromAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  if (!wanted.has('story')) return;
  for (let number = 0; number < DATA.groups.length; ++number) {
    const story = DATA.groups[number].stories.findIndex((one) => one[ID] === wanted.get('story'));
    const systems = DATA.groups[number].systems;
    const system = wanted.has('system') ? systems.find((one) => DATA.systems[one].name === wanted.get('system')) : systems[0];
    if (story < 0 || system === undefined) continue;
    if (state.group !== number) chooseGroup(number);
    openStory(story, system);
    return;
  }
}
