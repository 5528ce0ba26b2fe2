// The receipt: lines, prices and payments.
import { byId, el, setText, show } from './dom.js';
import { digits, language, t } from './i18n.js';
import { qrOf } from './api.js';
import { money, signed } from './money.js';
import { dateAndTime } from './time.js';
import { storeName } from './page.js';

const settled = ['paid', 'partially_refunded', 'refunded'];

export function drawReceipt(order, products) {
  const paid = settled.includes(order.status);
  show(byId('receipt'), true);
  show(byId('print'), paid);
  setText(byId('receipt-heading'), paid ? t('order.receiptFrom', { store: storeName() }) : t('order.what'));
  byId('lines').replaceChildren(...(order.lines ?? []).map(line => el('tr', {},
    el('th', { scope: 'row' }, nameOf(line, products), el('span', { class: 'each' }, t('basket.each', { price: money(signed(line, line.unitPrice)) }))),
    el('td', {}, digits(line.quantity)),
    el('td', { class: 'price' }, money(signed(line, line.unitPrice))),
    el('td', {}, money(signed(line, line.amount))))));
  byId('totals').replaceChildren(...totals(order));
  byId('facts').replaceChildren(...facts(order, paid));
  drawQr(order, paid);
}

// On paper it leads back to how the order stands.
function drawQr(order, paid) {
  const picture = byId('qr-picture');
  picture.alt = t('order.qrAlt', { id: order.id });
  if (!paid || picture.dataset.order === order.id) return;
  picture.dataset.order = order.id;
  picture.addEventListener('load', () => show(byId('qr'), true), { once: true });
  picture.src = qrOf(order.id);
}

const nameOf = (line, products) =>
  (language() === 'ne' && (line.nameNe || products?.find(product => product.id === line.productId)?.nameNe)) || line.name;

function totals(order) {
  const part = (label, amount) => el('tr', {}, el('th', { scope: 'row', colspan: 2 }, label), el('td', { class: 'price' }), el('td', {}, money(amount)));
  const row = (key, amount) => part(t(key), amount);
  const back = order.amountRefunded ?? 0;
  const vat = order.receipt?.vat;
  const rows = vat ? [part(t('order.taxable'), vat.taxable), part(t('order.vat', { percent: digits(vat.percent) }), vat.amount)] : [];
  rows.push(row('order.total', order.amount));
  if (back > 0) rows.push(row('order.refunded', -back), row('order.kept', order.amount - back));
  return rows;
}

function facts(order, paid) {
  const rows = [];
  const fact = (key, text, code) => {
    if (text) rows.push(el('div', {}, el('dt', {}, t(key)), el('dd', {}, code ? el('code', {}, text) : text)));
  };
  fact('order.receiptNumber', order.receipt?.number, true);
  fact('order.pan', order.receipt?.sellerPan, true);
  if (paid) fact('order.reference', order.id, true); // on paper the number has to stand here
  fact('order.customer', order.customer?.name);
  fact('order.placed', dateAndTime(order.createdAt));
  if (paid) fact('order.paidAt', dateAndTime(order.paidAt));
  for (const payment of order.payments ?? []) {
    if (paid && settled.concat('completed').includes(payment.status)) fact('order.transaction', payment.transactionId, true);
  }
  for (const note of order.receipt?.creditNotes ?? []) {
    fact('order.creditNote', t('order.creditNote.text', { number: note.number, amount: money(note.amount), date: dateAndTime(note.issuedAt) }));
  }
  return rows;
}
