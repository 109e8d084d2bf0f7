'use strict';
// The data (reports/page_data.cpp writes it) and small helpers. Text from the data reaches the page as text nodes and attributes only.
const DATA = JSON.parse(document.getElementById('data').textContent);

// Places in the rows of a system's values.
const MEAN = 0, LOW = 1, HIGH = 2, HARMEANP = 3, N_STORIES = 4, N_EVALUATED = 5, N_FAILED = 6, N_SKIPPED = 7, PER_SHOT = 8, BY_DISTANCE = 9, PARTS = 10;
// Marks of a mean.
const BEST = 1, SECOND = 2, AS_GOOD = 4;
// Places in a story: [id, IP, captions, pictures of the references].
const ID = 0, IP = 1, CAPTIONS = 2, REFERENCES = 3;

const TITLES = {
  clip_i: 'Reference adherence, CLIP', dino_i: 'Reference adherence, DINO', dreamsim: 'Distance to the reference, DreamSim',
  clip_t: 'Text alignment, CLIP', cross_shot_clip: 'Cross-shot consistency, CLIP', cross_shot_dino: 'Cross-shot consistency, DINO',
  faithful_consistency: 'Consistency of faithful shots, CLIP', faithful_consistency_dino: 'Consistency of faithful shots, DINO',
  clip_t_margin: 'Own caption against the others', motion: 'Motion', frozen_rate: 'Share of frozen shots', reference_copy: 'Share of copies of the reference',
  duplicate_pairs: 'Share of repeated shots', within_shot: 'Similarity within a shot', copy_paste: 'Pose copied from the reference',
  fvd: 'Fréchet video distance', kvd: 'Kernel video distance', precision: 'Precision', recall: 'Recall', density: 'Density', coverage: 'Coverage',
};

const byId = (id) => document.getElementById(id);

/** Makes an element: el('p', {class: 'note', onclick: f}, 'text', child). Strings become text nodes. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'style') for (const [property, set] of Object.entries(value)) node.style.setProperty(property, set);
    else node.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined) node.append(child);
  }
  return node;
}

function replace(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

function format(value, digits = 3) {
  if (value === null || value === undefined) return '–';
  const text = Math.abs(value) >= 1000 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(Math.max(1, digits - 2)) : value.toFixed(digits);
  return /^-[0.]*$/.test(text) ? text.slice(1) : text;
}

const interval = (low, high) => '[' + format(low) + ', ' + format(high) + ']';

/** ".66": a value where there is little room. */
function shortNumber(value) {
  if (value === null || value === undefined) return '–';
  return Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(2).replace(/^(-?)0\./, '$1.');
}

const metricId = (metric) => DATA.metrics[metric][0];
const direction = (metric) => DATA.metrics[metric][1];
const directionText = (metric) => ({higher: 'higher is better', lower: 'lower is better', none: 'neither way is better'})[direction(metric)];
const arrow = (metric) => ({higher: '↑', lower: '↓', none: ''})[direction(metric)];
const title = (metric) => TITLES[metricId(metric)] || metricId(metric);
/** -1 where lower is better, so that larger is better after multiplying. */
const sign = (metric) => (direction(metric) === 'lower' ? -1 : 1);

/** A metric's id that may break behind its underscores, where it is long. */
const breakable = (id) => (id.length < 9 ? [id] : id.split(/(?<=_)/).flatMap((part, i) => (i ? [document.createElement('wbr'), part] : [part])));

/** A metric's row of a system; `column` is its place in the group's list. */
const valuesOf = (system, column) => DATA.systems[system].values[column];
const meanOf = (system, column) => (valuesOf(system, column) ? valuesOf(system, column)[MEAN] : null);

const picture = (number) => 'data:image/jpeg;base64,' + DATA.pictures[number];

/** Twenty systems that stay apart: ten colours, then the same with dashes and other points. */
const HUES = ['#4477aa', '#ee6677', '#228833', '#b8860b', '#aa3377', '#3aa0c0', '#e07b39', '#7a5fc0', '#8c6d4f', '#6b7780'];
const colour = (order) => HUES[order % HUES.length];
const dashes = (order) => [[], [6, 4], [2, 3]][Math.floor(order / HUES.length) % 3];
const pointStyle = (order) => ['circle', 'triangle', 'rectRot'][Math.floor(order / HUES.length) % 3];

/** What the reader chose. */
const state = {group: 0, metric: 0, hidden: new Set(), columns: 'main', worstShown: 12};
const group = () => DATA.groups[state.group];
/** Place of a metric in the group's list, or -1. */
const columnOf = (metric) => group().metrics.indexOf(metric);
