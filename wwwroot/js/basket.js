// The basket beside the shelf. Rows are kept and changed in place, so that the keyboard does not lose its place.
import { byId, el, focusOn, setText, show } from './dom.js';
import { digits, t } from './i18n.js';
import { money } from './money.js';
import { most } from './cart.js';
import { nameOf } from './catalogue.js';
import { asciiDigits, line } from './typed-text.js';

const rows = new Map();

export const totalOf = (products, cart) =>
  products.reduce((sum, product) => sum + product.price * (cart.get(product.id) ?? 0), 0);

// "over", "under" or null: whether Khalti would take this total.
export function rangeOf(config, total) {
  if (total === 0 || !config) return null;
  if (config.maxAmount != null && total > config.maxAmount) return 'over';
  return config.minAmount != null && total < config.minAmount ? 'under' : null;
}

export const limits = config => ({ min: money(config.minAmount), max: money(config.maxAmount) });

export function drawBasket({ products, cart, config, change }) {
  const wanted = products.filter(product => cart.has(product.id));
  for (const [id, row] of rows) {
    if (cart.has(id) && wanted.some(product => product.id === id)) continue;
    row.root.remove();
    rows.delete(id);
  }
  for (const product of wanted) {
    let row = rows.get(product.id);
    if (!row) {
      row = makeRow(product, change);
      rows.set(product.id, row);
      byId('basket-lines').append(row.root);
    }
    fillRow(row, product, cart.get(product.id));
  }

  const total = totalOf(products, cart);
  const range = rangeOf(config, total);
  show(byId('basket-empty'), wanted.length === 0);
  show(byId('basket-full'), wanted.length > 0);
  setText(byId('basket-total'), money(total));
  setText(byId('basket-limits'), limitsText(config));
  setText(byId('basket-range'), range ? t(`basket.${range}`, limits(config)) : '');
  show(byId('basket-range'), range !== null);
  setText(byId('bar-total'), money(total));
  setText(byId('bar-count'), digits(wanted.reduce((sum, product) => sum + cart.get(product.id), 0)));
}

function limitsText(config) {
  if (!config || config.minAmount == null) return '';
  return t(config.maxAmount == null ? 'basket.minimum' : 'basket.limits', limits(config));
}

function makeRow(product, change) {
  const row = { id: product.id, quantity: 1 };
  row.name = el('p', { class: 'line-name' });
  row.each = el('p', { class: 'line-each' });
  row.sum = el('p', { class: 'line-sum' });
  row.input = el('input', { type: 'text', inputmode: 'numeric', maxlength: 12, autocomplete: 'off', onchange: () => typed(row, change) });
  row.less = el('button', { type: 'button', class: 'step', onclick: () => change(row.id, Math.max(1, row.quantity - 1)) }, '−');
  row.more = el('button', { type: 'button', class: 'step', onclick: () => change(row.id, Math.min(most, row.quantity + 1)) }, '+');
  row.remove = el('button', { type: 'button', class: 'link', onclick: () => takeOut(row, change) });
  const picture = product.imageUrl ? el('img', { src: product.imageUrl, alt: '', width: 56, height: 56 }) : null;
  row.root = el('li', { class: 'line', 'data-product': product.id }, el('div', { class: 'line-picture' }, picture),
    el('div', { class: 'line-head' }, el('div', { class: 'line-words' }, row.name, row.each), row.sum),
    el('div', { class: 'line-tools' }, el('div', { class: 'stepper' }, row.less, row.input, row.more), row.remove));
  return row;
}

function fillRow(row, product, quantity) {
  const name = nameOf(product);
  row.quantity = quantity;
  setText(row.name, name);
  setText(row.each, t('basket.each', { price: money(product.price) }));
  setText(row.sum, money(product.price * quantity));
  setText(row.remove, t('basket.remove'));
  row.input.value = digits(quantity);
  row.input.setAttribute('aria-label', t('basket.quantity', { name }));
  row.less.setAttribute('aria-label', t('basket.less', { name }));
  row.more.setAttribute('aria-label', t('basket.more', { name }));
  row.remove.setAttribute('aria-label', t('basket.removeNamed', { name }));
  row.less.setAttribute('aria-disabled', String(quantity <= 1));
  row.more.setAttribute('aria-disabled', String(quantity >= most));
}

function typed(row, change) {
  const text = asciiDigits(line(row.input.value));
  const quantity = /^\d{1,3}$/.test(text) ? Math.min(most, Math.max(1, Number(text))) : row.quantity;
  row.input.value = digits(quantity);
  change(row.id, quantity);
}

function takeOut(row, change) {
  const next = row.root.nextElementSibling ?? row.root.previousElementSibling;
  change(row.id, 0);
  focusOn(next?.querySelector('.link') ?? byId('basket-heading'));
}
