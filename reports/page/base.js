'use strict';
// The data (reports/page/page_data.cpp makes it) and small helpers. Text from the data reaches the page as text nodes and attributes only.
const DATA = JSON.parse(document.getElementById('data').textContent);

// Places in the rows of a system's values.
const MEAN = 0, LOW = 1, HIGH = 2, HARMEANP = 3, N_STORIES = 4, N_EVALUATED = 5, N_FAILED = 6, N_SKIPPED = 7, PER_SHOT = 8, BY_DISTANCE = 9, PARTS = 10, OF_STORIES = 11;
// Marks of a mean.
const BEST = 1, SECOND = 2, AS_GOOD = 4;
// Places in a story: [id, IP, captions, for each backdrop of the group its references: [picture, whether it is on that backdrop]].
const ID = 0, IP = 1, CAPTIONS = 2, REFERENCES = 3, SOUNDS = 4;

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

/** "1 story", "16 stories" */
const counted = (count, one, many) => count + ' ' + (count === 1 ? one : many);

const interval = (low, high) => '[' + format(low) + ', ' + format(high) + ']';

/** ".66": a value where there is little room. */
function shortNumber(value) {
  if (value === null || value === undefined) return '–';
  return Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(2).replace(/^(-?)0\./, '$1.');
}

// What a metric is called, means and is for stands in the documents; this page knows no metric by name.
const metricId = (metric) => DATA.metrics[metric].id;
const title = (metric) => DATA.metrics[metric].title;
const direction = (metric) => DATA.metrics[metric].direction;
const directionText = (metric) => ({higher: 'higher is better', lower: 'lower is better', none: 'no preferred direction'})[direction(metric)];
const arrow = (metric) => ({higher: '↑', lower: '↓', none: ''})[direction(metric)];
/** Title, direction and definition, for a tooltip. */
const metricHelp = (metric) => title(metric) + ', ' + directionText(metric) + '.' + (DATA.metrics[metric].definition ? ' ' + DATA.metrics[metric].definition : '');
/** "from 0 to 1", "0 or more": empty where nothing bounds the metric. */
function rangeText(metric) {
  const [low, high] = DATA.metrics[metric].range || [null, null];
  if (low === null && high === null) return '';
  return low === null ? high + ' or less' : high === null ? low + ' or more' : 'from ' + low + ' to ' + high;
}
/** 1, or -1 where lower is better: a value times this is better the larger it is. */
const sign = (metric) => (direction(metric) === 'lower' ? -1 : 1);

/** A metric's id; a long one may break after its underscores. */
const breakable = (id) => (id.length < 9 ? [id] : id.split(/(?<=_)/).flatMap((part, i) => (i ? [document.createElement('wbr'), part] : [part])));

/** A metric's row of a system; `column` is its place in the group's list. */
const valuesOf = (system, column) => DATA.systems[system].values[column];
const meanOf = (system, column) => (valuesOf(system, column) ? valuesOf(system, column)[MEAN] : null);

const picture = (number) => 'data:image/jpeg;base64,' + DATA.pictures[number];

/** Places in a view: which part of a picture an encoder gets. RESIZE: short, squash or whole. */
const ENCODER = 0, RESIZE = 1, RESIZED_HEIGHT = 2, RESIZED_WIDTH = 3, CROP_HEIGHT = 4, CROP_WIDTH = 5;

/** Puts a text into the clipboard; false where the browser does not let the page. */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (refused) {  // an old browser, or a page from a server without https: the older way
    const area = el('textarea', {class: 'unseen', readonly: true, 'aria-hidden': 'true'}, text);
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

/** Lines for thirty systems: ten colours, then the same with dashes and other points. */
const HUES = ['#4477aa', '#ee6677', '#228833', '#b8860b', '#aa3377', '#3aa0c0', '#e07b39', '#7a5fc0', '#8c6d4f', '#6b7780'];
const colour = (order) => HUES[order % HUES.length];
const dashes = (order) => [[], [6, 4], [2, 3]][Math.floor(order / HUES.length) % 3];
const pointStyle = (order) => ['circle', 'triangle', 'rectRot'][Math.floor(order / HUES.length) % 3];

/** What the reader chose. */
const state = {group: 0, metric: 0, hidden: new Set(), columns: 'main', worstShown: 12};
const group = () => DATA.groups[state.group];
/** Place of a metric in the group's list, or -1. */
const columnOf = (metric) => group().metrics.indexOf(metric);
